/** What a network does that the wire inside one machine does not. */
export interface Shape {
  /** Milliseconds that each byte takes, in each direction. */
  readonly latency: number;
  /** Each time so many bytes have come from servers, nothing moves for a while. */
  readonly stall: { readonly every: number; readonly milliseconds: number } | null;
  /** After so many bytes from servers the link is lost: nothing moves any more, and nobody is told. It may come back. */
  readonly loss: { readonly after: number; readonly milliseconds: number } | null;
}

export const NO_SHAPE: Shape = { latency: 0, stall: null, loss: null };

/** The one link of a device, which all its connections share. */
export class Link {
  private readonly shape: Shape;
  private received = 0;
  private nextStall: number;
  private lossAt: number;
  private openAt = 0;

  constructor(shape: Shape) {
    this.shape = shape;
    this.nextStall = shape.stall?.every ?? Infinity;
    this.lossAt = shape.loss?.after ?? Infinity;
  }

  get latency(): number {
    return this.shape.latency;
  }

  /** Milliseconds until something can pass. Infinity: the link is lost. */
  wait(): number {
    return Math.max(0, this.openAt - Date.now());
  }

  /** How many of `count` bytes may pass to the device before something happens. */
  allowance(count: number): number {
    return Math.min(count, this.nextStall - this.received, this.lossAt - this.received);
  }

  /** So many bytes passed to the device. */
  passed(count: number): void {
    const { stall, loss } = this.shape;
    this.received += count;
    if (stall !== null && this.received >= this.nextStall) {
      this.nextStall += stall.every;
      this.close(stall.milliseconds);
    }
    if (loss !== null && this.received >= this.lossAt) {
      this.lossAt = Infinity;
      this.close(loss.milliseconds);
    }
  }

  private close(milliseconds: number): void {
    this.openAt = Math.max(this.openAt, Date.now() + milliseconds);
  }
}
