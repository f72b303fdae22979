import { printable, printableJson } from '../../../display/index.js'
import type { EntityGraph, GraphEdge, GraphNode } from '../../../policy/across/graph.js'

/** The output formats of `graph`, by name. */
export const GRAPH_FORMATS = { mermaid, dot, json } as const

/** The name of an output format of `graph`. */
export type GraphFormat = keyof typeof GRAPH_FORMATS

const LABELS: Readonly<Record<GraphEdge['kind'], string>> = {
  base_model: 'base model',
  adapter: 'adapter of',
  fileset: 'files',
}

/** Mermaid, which GitHub and GitLab draw in Markdown. */
function mermaid({ nodes, edges }: EntityGraph): string {
  const shapes: Readonly<Record<GraphNode['kind'], readonly [open: string, close: string]>> = {
    entity: ['[', ']'],
    adapter: ['([', '])'],
    fileset: ['[(', ')]'],
    missing: ['{{', '}}'],
  }
  const ids = idsOf(nodes)
  const lines = nodes.map(
    ({ id, kind }) => `  ${ids.get(id)}${shapes[kind][0]}"${escaped(labelOf(id))}"${shapes[kind][1]}`,
  )
  const arrows = edges.map(({ from, to, kind }) => `  ${ids.get(from)} -->|${LABELS[kind]}| ${ids.get(to)}`)
  return `${['graph LR', ...lines, ...arrows].join('\n')}\n`
}

function escaped(text: string): string {
  return text.replace(/[#"<>&]/g, (character) => `#${character.charCodeAt(0)};`)
}

/** The language of Graphviz. */
function dot({ nodes, edges }: EntityGraph): string {
  const shapes: Readonly<Record<GraphNode['kind'], string>> = {
    entity: 'shape=box',
    adapter: 'shape=box, style=rounded',
    fileset: 'shape=cylinder',
    missing: 'shape=box, style=dashed',
  }
  const quoted = (text: string) => `"${printable(text).replace(/["\\]/g, '\\$&')}"`
  const lines = nodes.map(({ id, kind }) => `  ${quoted(id)} [label=${quoted(labelOf(id))}, ${shapes[kind]}];`)
  const arrows = edges.map(({ from, to, kind }) => `  ${quoted(from)} -> ${quoted(to)} [label="${LABELS[kind]}"];`)
  return `${['digraph models {', '  rankdir=LR;', ...lines, ...arrows, '}'].join('\n')}\n`
}

/** Nodes and edges for programs. */
function json(graph: EntityGraph): string {
  return `${printableJson(JSON.stringify(graph, null, 2))}\n`
}

function idsOf(nodes: readonly GraphNode[]): ReadonlyMap<string, string> {
  return new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
}

/** The name, without the kind in front. */
function labelOf(id: string): string {
  return printable(id.replace(/^(?:adapter|fileset):/, ''))
}
