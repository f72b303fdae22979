import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../languages/shell.js'
import { CLI, differs, type Integration, inFolder } from './integration.js'

/** Command lines, and the words that complete them. In the folder are `a file.yaml`, `conf.yaml` and the folder `models`. */
const LINES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ['model-entity check --form', ['--format']],
  ['model-entity check --format js', ['json', 'jsonl']],
  ['model-entity check --output sar', ['sarif=']],
  ['model-entity check --output sarif=co', ['sarif=conf.yaml']],
  ['model-entity check conf.yaml --max-w', ['--max-warnings']],
  ['model-entity check co', ['conf.yaml']],
  ['model-entity check a', ['a file.yaml']],
  ['model-entity check --config mod', ['models']],
  ['model-entity check --filesets ', ['models']],
  ['model-entity check --max-warnings 1', ['1']],
  ['model-entity schema Model', ['ModelEntity', 'ModelSpec']],
  ['model-entity estimate --gpu h', ['h100-80gb', 'h100-nvl-94gb', 'h200-141gb']],
  ['model-entity explain heads-', ['heads-not-divisible']],
  ['model-entity help exp', ['explain']],
  ['model-entity completion ', ['bash', 'fish', 'zsh']],
]

/** Completion in real shells, interactive where they are. */
export const SHELL_INTEGRATIONS: readonly Integration[] = [
  { title: 'completion in bash', needs: ['bash', 'python3'], run: () => typedInto('bash') },
  { title: 'completion in zsh', needs: ['zsh', 'python3'], run: () => typedInto('zsh') },
  { title: 'completion in fish', needs: ['fish'], run: () => inFolder(askFish) },
]

function typedInto(shell: 'bash' | 'zsh'): readonly string[] {
  return inFolder((folder) => {
    const cwd = workFolder(folder)
    const input = JSON.stringify(LINES.map(([line]) => line))
    const driver = join(import.meta.dirname, 'complete.py')
    const answers: string[][] = JSON.parse(run(['python3', driver, shell, scriptOf(shell, folder)], { cwd, input }))
    return LINES.flatMap(([line, words], index) => differs(line, completed(answers[index], line), [...words].sort()))
  })
}

/** The last words of a completed line. Its first words are those that were typed. */
function completed(words: readonly string[] = [], line: string): string[] {
  return words.slice(line.split(' ').length - 1).sort()
}

/** Fish tells what it would offer. */
function askFish(folder: string): readonly string[] {
  const cwd = workFolder(folder)
  const script = scriptOf('fish', folder)
  return LINES.flatMap(([line, words]) => {
    const printed = run(['fish', '--no-config', '-c', `source ${script}; complete -C '${line}'`], { cwd })
    const found = printed.split('\n').filter((row) => row !== '')
    const offered = found.map((row) => row.replace(/\t.*$/, '').replace(/\/$/, ''))
    const expected = line.endsWith(' 1') ? [] : [...words].sort()
    return differs(line, offered.sort(), expected)
  })
}

function workFolder(folder: string): string {
  const cwd = join(folder, 'work')
  run(['mkdir', '-p', join(cwd, 'models')], { cwd: folder })
  for (const name of ['a file.yaml', 'conf.yaml']) writeFileSync(join(cwd, name), '')
  return cwd
}

function scriptOf(shell: string, folder: string): string {
  const path = join(folder, shell)
  writeFileSync(path, run([process.execPath, CLI, 'completion', shell], { cwd: folder }))
  return path
}
