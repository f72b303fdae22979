import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type BuildResult, build } from 'esbuild'

/** The page as one file, with script and style inside. Its policy allows nothing else to run. */
export async function pageHtml(): Promise<string> {
  const [html, style, script] = await Promise.all([textOf('page/index.html'), bundle('page/page.css'), pageBundle()])
  return assembled(html, inHtml(style), inHtml(script))
}

/** The script of the page, with the list of its inputs. */
export function pageBundle(): Promise<Bundle> {
  return bundle('page/entry.ts')
}

/** A minified file, with the list of its inputs. */
export type Bundle = BuildResult<{ metafile: true; write: false }>

const root = fileURLToPath(new URL('../..', import.meta.url))

async function textOf(path: string): Promise<string> {
  return (await readFile(`${root}/${path}`, 'utf8')).replaceAll('\r\n', '\n')
}

/** A classic script, because a page from `file://` cannot load modules. */
function bundle(path: string): Promise<Bundle> {
  return build({
    entryPoints: [path],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    legalComments: 'none',
    write: false,
    metafile: true,
    logLevel: 'error',
  })
}

function inHtml({ outputFiles }: Bundle): string {
  // In HTML a script ends at the first `</script`, even inside a string, and `<!--` starts a comment in it.
  return (outputFiles[0]?.text ?? '').trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '\\x3C!--')
}

function assembled(html: string, style: string, script: string): string {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    // The worker is made of the page's own script.
    'worker-src blob:',
    'img-src data:',
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ')
  return html
    .replace(
      '<meta charset="utf-8">',
      (charset) => `${charset}\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`,
    )
    .replace('</head>', (end) => `  <style>${style}</style>\n  ${end}`)
    .replace('</body>', (end) => `  <script>${script}</script>\n  ${end}`)
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
