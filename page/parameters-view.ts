import { activeParameters, type ModuleTree, parametersByPart, totalParameters } from '../src/architecture/index.js'
import { notesList, table } from './dom.js'
import { number, share } from './format.js'
import { stackedBars } from './stacked-bars.js'

/** The parameters of a model by part, as a bar and a table. */
export function parametersView(model: ModuleTree): HTMLElement[] {
  const total = totalParameters(model)
  const active = activeParameters(model)
  const parts = Object.entries(parametersByPart(model)).sort(([, a], [, b]) => b - a)
  const rows = parts.map(([part, count]) => [part, number(count), share(count, total)])
  const bar = { label: 'parameters', parts: parts.map(([, count]) => count), total: '' }
  return [
    stackedBars({
      title: `Shares of ${number(total)} parameters by part; the table below has the numbers`,
      legend: parts.map(([part]) => part),
      bars: [bar],
    }),
    table(
      'Unique parameters: a tied one counts once, buffers do not count',
      ['Part', 'Parameters', 'Share'],
      [...rows, ['total', number(total), '100.0 %']],
      ['Parameters', 'Share'],
    ),
    ...(active === total
      ? []
      : [
          notesList([
            `${number(active)} parameters are active per token; the rest are experts that a token does not use.`,
          ]),
        ]),
  ]
}
