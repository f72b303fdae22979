/**
 * The client snippets of the API page, run against a server with the toolchain of each language. Only the host and the scheme are changed.
 * The snippets are in `test/fixtures/sdk`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Command } from '../languages/command.js'
import type { Install } from '../languages/install.js'
import { run } from '../languages/shell.js'
import type { ToolchainName } from '../languages/toolchains.js'
import { ROOT } from '../languages/workspace.js'
import type { Place, ServerCheck } from './check.js'

/** How the snippet of one language is run. */
interface Snippet {
  readonly language: string
  readonly file: string
  readonly needs: readonly ToolchainName[]
  readonly installs?: readonly Install[]
  readonly impossible?: string
  /** The scheme where it is not in the URL. */
  readonly scheme?: readonly [https: string, http: string]
  /** A fragment needs a program around it. */
  readonly program?: (snippet: string) => string
  /** The name of the program. Default: that of the snippet. */
  readonly as?: string
  /** More files that the snippet expects beside it. */
  readonly beside?: Readonly<Record<string, string>>
  readonly command: (place: Place, file: string) => Command
}

/** Guzzle as Debian installs it. */
const GUZZLE = '/usr/share/php/GuzzleHttp/autoload.php'

const SNIPPETS: readonly Snippet[] = [
  {
    language: 'Python',
    file: 'create-model.py',
    needs: ['python'],
    installs: [{ kind: 'pip', folder: 'requests', packages: ['requests==2.34.2'] }],
    command: ({ at }, file) => [at('requests/bin/python'), file],
  },
  { language: 'JavaScript', file: 'create-model.mjs', needs: ['node'], command: (_, file) => [process.execPath, file] },
  { language: 'Go', file: 'create-model.go', needs: ['go'], command: (_, file) => ['go', 'run', file] },
  {
    language: 'Java',
    file: 'create-model.java',
    needs: ['java', 'maven'],
    // Unirest and what it needs, by its own project file. Its coordinates have changed since: the snippet imports the old ones.
    installs: [
      {
        kind: 'maven',
        folder: 'unirest',
        packages: [
          'com.mashape.unirest:unirest-java:1.4.9',
          'org.apache.httpcomponents:httpclient:4.5.2',
          'org.apache.httpcomponents:httpcore:4.4.4',
          'org.apache.httpcomponents:httpasyncclient:4.1.1',
          'org.apache.httpcomponents:httpcore-nio:4.4.4',
          'org.apache.httpcomponents:httpmime:4.5.2',
          'org.json:json:20160212',
          'commons-logging:commons-logging:1.2',
          'commons-codec:commons-codec:1.9',
        ],
      },
    ],
    program: javaProgram,
    as: 'CreateModel.java',
    command: ({ at }, file) => ['java', '-cp', at('unirest/*'), file],
  },
  {
    language: 'Ruby',
    file: 'create-model.rb',
    needs: ['ruby'],
    scheme: ['http.use_ssl = true', 'http.use_ssl = false'],
    command: (_, file) => ['ruby', file],
  },
  {
    language: 'PHP',
    file: 'create-model.php',
    needs: ['php'],
    // Composer would put Guzzle there; Debian has it as a package.
    ...(!existsSync(GUZZLE) && { impossible: "no php-guzzlehttp-guzzle, Debian's package of Guzzle, on this machine" }),
    beside: { 'vendor/autoload.php': `<?php\nrequire_once '${GUZZLE}';\n` },
    command: (_, file) => ['php', file],
  },
  {
    language: 'C#',
    file: 'create-model.cs',
    needs: [],
    impossible:
      'it needs RestSharp 106 from NuGet and a .NET SDK: neither is a package of Debian, npm, PyPI, Maven or Go',
    command: () => ['dotnet', 'run'],
  },
  {
    language: 'Swift',
    file: 'create-model.swift',
    needs: [],
    impossible: 'Debian 12 has no package of Swift: the compiler comes from its makers only',
    command: () => ['swift'],
  },
]

const MODELS = '/apis/models/v2/workspaces/workspace/models'
const NAME = 'llama-3.1-8b'

/** One check for each snippet. */
export const snippetChecks: readonly ServerCheck[] = SNIPPETS.map((snippet) => ({
  title: `the page's ${snippet.language} snippet`,
  needs: snippet.needs,
  installs: snippet.installs ?? [],
  ...(snippet.impossible !== undefined && { impossible: snippet.impossible }),
  run: (place) => runSnippet(snippet, place),
}))

/** The snippet must print the model, and the server must have it afterwards. */
async function runSnippet(snippet: Snippet, place: Place): Promise<readonly string[]> {
  const model = `${place.origin}${MODELS}/${NAME}`
  await fetchAfterPause(model, 'DELETE')
  const file = join(place.folder, snippet.as ?? snippet.file)
  writeFileSync(file, programOf(snippet, place.origin))
  for (const [name, text] of Object.entries(snippet.beside ?? {})) {
    mkdirSync(dirname(join(place.folder, name)), { recursive: true })
    writeFileSync(join(place.folder, name), text)
  }
  const printed = run(snippet.command(place, file), { cwd: place.folder })
  const faults: string[] = []
  if (!printed.includes(NAME) || !printed.includes('created_at'))
    faults.push(`it has printed: ${printed.slice(0, 400)}`)
  const stored = await fetchAfterPause(model, 'GET')
  if (stored.status !== 200) faults.push(`the server has no model ${NAME}: ${stored.status}`)
  return faults
}

/** While a command runs, nothing here notices that the server has closed an idle connection: then the first try fails. */
function fetchAfterPause(url: string, method: string): Promise<Response> {
  return fetch(url, { method }).catch(() => fetch(url, { method }))
}

function programOf({ file, scheme, program = (text) => text }: Snippet, origin: string): string {
  const text = readFileSync(join(ROOT, 'test/fixtures/sdk', file), 'utf8')
  if (!text.includes('https://host.com')) throw new Error(`${file} does not name https://host.com`)
  const there = text.replaceAll('https://host.com', origin)
  return program(scheme === undefined ? there : there.replace(...scheme))
}

/** The Java snippet is imports and statements. It shows how to get the answer, and leaves open what to do with it. */
function javaProgram(snippet: string): string {
  const lines = snippet.split('\n')
  const isImport = (line: string) => line.startsWith('import ')
  return `${lines.filter(isImport).join('\n')}

public class CreateModel {
  public static void main(String[] args) throws Exception {
${lines.filter((line) => !isImport(line)).join('\n')}
    System.out.println(response.getBody());
    Unirest.shutdown();
  }
}
`
}
