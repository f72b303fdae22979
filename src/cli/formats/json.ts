import type { CheckReport } from './index.js'

/** One JSON document for programs: the summary, and every diagnostic. */
export function json({ summary, diagnostics }: CheckReport): string {
  return `${JSON.stringify({ summary, diagnostics }, null, 2)}\n`
}
