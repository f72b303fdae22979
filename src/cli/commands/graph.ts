import { Command, Option } from 'commander'
import { graphOf } from '../../policy/across/graph.js'
import { DEFAULT_WORKSPACE } from '../../references/index.js'
import { entitiesOfFiles } from '../check/check-files.js'
import { EXIT, type ExitCode } from '../exit-code.js'
import { GRAPH_FORMATS, type GraphFormat } from '../formats/graph/index.js'
import { flush, write } from '../output.js'

/** `model-entity graph`: prints how the entities of manifests refer to each other. */
export function graphCommand(report: (code: ExitCode) => void): Command {
  return new Command('graph')
    .description('print entities, base models, adapters and filesets as a graph')
    .argument('<files...>', 'files, folders or glob patterns, as for check')
    .addOption(new Option('--format <format>', 'output format').choices(Object.keys(GRAPH_FORMATS)).default('mermaid'))
    .option('--workspace <name>', 'the workspace that requests belong to', DEFAULT_WORKSPACE)
    .addHelpText('after', HELP)
    .action(async (names: string[], options: GraphOptions) => report(await graph(names, options)))
}

interface GraphOptions {
  readonly format: GraphFormat
  readonly workspace: string
}

const HELP = `
An entity that others name and that is in none of the files is drawn with a dashed line (a hexagon in Mermaid). What
cannot be read is left out: check the files first.

Examples:
  model-entity graph models/
  model-entity graph models/ --format dot | dot -Tsvg > models.svg`

async function graph(names: readonly string[], { format, workspace }: GraphOptions): Promise<ExitCode> {
  const entities = await entitiesOfFiles(names, workspace)
  await write(GRAPH_FORMATS[format](graphOf(entities, workspace)))
  await flush()
  return EXIT.ok
}
