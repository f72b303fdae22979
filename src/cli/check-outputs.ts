import { closeSync, openSync, writeSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { UsageError } from './exit-code.js'
import type { CheckFormatter } from './formats/check/formatter.js'
import { CHECK_FORMATS, type CheckFormat, FORMATS_FOR_PEOPLE } from './formats/check/index.js'
import { flush, write } from './output.js'

/** A report to write to a file: `--output sarif=report.sarif`. */
export interface ReportFile {
  readonly format: CheckFormat
  readonly path: string
}

/** Adds a value of `--output` to those before it. */
export function parseReportFile(text: string, previous: readonly ReportFile[] = []): readonly ReportFile[] {
  const [format = '', ...rest] = text.split('=')
  const path = rest.join('=')
  if (!isFormat(format) || path === '') {
    throw new InvalidArgumentError(`write FORMAT=FILE, where FORMAT is one of ${Object.keys(CHECK_FORMATS).join(', ')}`)
  }
  return [...previous, { format, path }]
}

function isFormat(name: string): name is CheckFormat {
  return Object.hasOwn(CHECK_FORMATS, name)
}

/** Where a check is printed: one format, and the place that takes its pieces. */
interface Sink {
  readonly formatter: CheckFormatter
  put(text: string): Promise<void> | void
  close(): Promise<void> | void
}

/** Prints one check in several formats at once. */
export interface CheckOutputs extends Pick<Sink, 'close'> {
  /** Whether a format prints files of which there is nothing to tell. */
  readonly listsAll: boolean
  /** Prints the pieces that each format makes of something. */
  print(piecesOf: (formatter: CheckFormatter) => Iterable<string>): Promise<void> | void
}

/**
 * Opens the outputs of a check: standard output, the reports, and in a workflow of GitHub Actions its annotations too. If
 * standard output is for programs, the annotations go to standard error: GitHub reads both.
 *
 * @throws UsageError if a report cannot be written
 */
export async function openOutputs(format: CheckFormat, reports: readonly ReportFile[]): Promise<CheckOutputs> {
  const sinks: Sink[] = [{ formatter: await CHECK_FORMATS[format](), put: write, close: flush }]
  if (process.env['GITHUB_ACTIONS'] === 'true' && format !== 'github') {
    const put = FORMATS_FOR_PEOPLE.has(format) ? write : (text: string) => void process.stderr.write(text)
    sinks.push({ formatter: await CHECK_FORMATS.github(), put, close: () => undefined })
  }
  for (const report of reports) sinks.push(await fileSink(report))
  return {
    listsAll: sinks.some(({ formatter }) => formatter.listsAll),
    print(piecesOf) {
      // Most files print nothing in most formats: nobody waits for that.
      const pieces = sinks.map(({ formatter, put }) => ({ all: piecesOf(formatter)[Symbol.iterator](), put }))
      const begun = pieces.map(({ all, put }) => ({ all, put, first: all.next() })).filter(({ first }) => !first.done)
      return begun.length === 0 ? undefined : printAll(begun)
    },
    async close() {
      for (const sink of sinks) await sink.close()
    },
  }
}

interface Begun {
  readonly first: IteratorResult<string>
  readonly all: Iterator<string>
  readonly put: Sink['put']
}

async function printAll(begun: readonly Begun[]): Promise<void> {
  for (const { first, all, put } of begun) for (let next = first; !next.done; next = all.next()) await put(next.value)
}

async function fileSink({ format, path }: ReportFile): Promise<Sink> {
  const file = opened(path)
  let pending = ''
  const write = () => {
    writeAll(file, pending)
    pending = ''
  }
  return {
    formatter: await CHECK_FORMATS[format](),
    put(text) {
      pending += text
      if (pending.length >= CHUNK) write()
    },
    close() {
      write()
      closeSync(file)
    },
  }
}

/** Small pieces are collected, because each write is a system call. */
const CHUNK = 65_536

function opened(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new UsageError(`the report cannot be written: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
