/** A block on the way of a forward pass that nothing here describes. */
export class UndescribedBlock extends Error {
  constructor(found: string) {
    super(found)
    this.name = 'UndescribedBlock'
  }
}
