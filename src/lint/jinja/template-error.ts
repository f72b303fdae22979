/** Why a template is not valid Jinja2. Thrown only inside this folder; `checkTemplate` turns it into a value. */
export class TemplateError extends Error {
  /** The position in the template, in UTF-16 code units. */
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}
