import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { ErrorDetail } from '../../src/validation/index.js'

/** A body that was sent to the service, and how. */
export interface Case {
  readonly id: string
  /** A name of `SCHEMAS`, or `CreateModel`: the operation itself. */
  readonly model: string
  /** The body as text, or as bytes in base 64. */
  readonly body?: string
  readonly base64?: string
  /** The `Content-Type` header; `application/json` where it is not given. */
  readonly content_type?: string
  /** `strict`: asked of pydantic itself, `model_validate_json(body, strict=True)`. */
  readonly mode?: 'strict'
}

/** What the service answered. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly detail: readonly ErrorDetail[] }
  | { readonly ok: false; readonly status: number; readonly detail: string }

/** A case and its answer: one line of a fixture. */
export type OracleRecord = Case & Answer

/** Reads cases of the conformance suite with their answers: JSON Lines, gzipped. */
export function readRecords(name: string): OracleRecord[] {
  return readLines(new URL(`../../conformance/cases/${name}.jsonl.gz`, import.meta.url))
}

/** Reads the cases of a record, without their answers. */
export function readCases(path: string): Case[] {
  return readLines(path).map(({ id, model, body, base64, content_type, mode }) => ({
    id,
    model,
    ...(body !== undefined && { body }),
    ...(base64 !== undefined && { base64 }),
    ...(content_type !== undefined && { content_type }),
    ...(mode !== undefined && { mode }),
  }))
}

/** Reads JSON Lines, gzipped. */
export function readLines<Line = OracleRecord>(path: string | URL): Line[] {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n')
  return lines.filter((line) => line !== '').map((line): Line => JSON.parse(line))
}
