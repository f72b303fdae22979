/** A timestamp column as the platform writes times. A whole second has no fraction, as in Python. */
export function timeText(column: string): string {
  return `regexp_replace(to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US'), '[.]000000$', '')`
}

/** A text for a column to search in. Postgres has no U+0000 in text; the entity itself keeps it. */
export function searchable(text: string | null | undefined): string | null {
  return text?.toWellFormed().replaceAll('\0', '\ufffd') ?? null
}

/** Whether a text can be the name of anything that is stored. Postgres refuses to compare with any other. */
export function canBeStored(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}
