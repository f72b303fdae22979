/** A tag, and the files of its checkout. */
export interface Release {
  readonly tag: string
  readonly manifest: { readonly version: string; readonly repository?: unknown }
  readonly changelog: string
}

/** The problems that prevent a release. Empty if there are none. */
export function releaseFaults({ tag, manifest, changelog }: Release): string[] {
  const { version, repository } = manifest
  const heading = changelog.split(/\r?\n/).find((line) => line.startsWith(`## ${version} `) || line === `## ${version}`)
  const date = heading?.slice(`## ${version}`.length)
  return [
    ...(tag === `v${version}`
      ? []
      : [`the tag is ${tag}, and package.json has version ${version}: expected v${version}`]),
    ...(heading === undefined
      ? [`CHANGELOG.md has no entry for ${version}: expected "## ${version} - YYYY-MM-DD"`]
      : []),
    ...(date === undefined || isDate(date)
      ? []
      : [`CHANGELOG.md: "${heading}" has no date: expected "## ${version} - YYYY-MM-DD"`]),
    ...(repository === undefined ? ['package.json has no repository: provenance needs it'] : []),
  ]
}

function isDate(text: string): boolean {
  const [, day] = /^ - (\d{4}-\d{2}-\d{2})$/.exec(text) ?? []
  return day !== undefined && !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
}
