/** A forward pass has a block that this library cannot replay. */
export class UndescribedBlock extends Error {
  constructor(found: string) {
    super(found)
    this.name = 'UndescribedBlock'
  }
}
