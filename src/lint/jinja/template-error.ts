/** Why a template is no Jinja2. Thrown inside this folder only; `checkTemplate` turns it into a value. */
export class TemplateError extends Error {
  /** Where in the template, in UTF-16 code units. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}
