import { Command, Option } from 'commander'
import { DEFAULT_WORKSPACE } from '../../references/index.js'
import { EXIT, type ExitCode } from '../exit-code.js'

/** `model-entity lsp`: checks manifests while they are written in an editor. */
export function lspCommand(report: (code: ExitCode) => void): Command {
  return new Command('lsp')
    .description('run the language server for editors, on standard input and output')
    .option(
      '--config <file>',
      'the config for all files (default: for each file, the nearest one in its folder or above)',
    )
    .option('--no-config', 'read no config')
    .option('--workspace <name>', 'the workspace that requests belong to', DEFAULT_WORKSPACE)
    .addOption(new Option('--stdio', 'the default, for editors that pass it').hideHelp())
    .addOption(new Option('--clientProcessId <id>', 'the editor: the server ends with it').hideHelp())
    .addHelpText('after', HELP)
    .action(async (options: LspOptions) => report(await serve(options)))
}

interface LspOptions {
  /** The file of `--config`, or false for `--no-config`. */
  readonly config?: string | boolean
  readonly workspace: string
}

const HELP = `
It reports what check reports for the folder that is open, fixes and silences it, completes fields, values and
references, and shows what they mean. docs/editors.md says how to set up VS Code, Neovim, Helix and Zed.`

async function serve({ config, workspace }: LspOptions): Promise<ExitCode> {
  const { serveEditor } = await import('../language-server/serve-editor.js')
  await serveEditor({
    workspace,
    config: { isOff: config === false, ...(typeof config === 'string' && { file: config }) },
  })
  return EXIT.ok
}
