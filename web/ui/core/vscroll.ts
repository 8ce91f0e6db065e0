// This file scrolls any number of rows with the browser's own scrollbar.
// Browsers cap the height of an element (Firefox at about 17.8 million px), so
// beyond MAX_PX the physical height stays and positions are scaled: small
// movements go pixel by pixel, a dragged thumb goes in proportion, and the
// thumb is put where it belongs once the movement has ended.

export const MAX_PX = 8_000_000;
const SETTLE = 120; // ms without movement after which the thumb is put right
const WHEEL = 300; // ms after a wheel or touch step during which its scrolling goes on

/** The arithmetic of the scaled scroller, without a browser. */
export class Scale {
  rows = 0;
  height = 0; // of the viewport, px
  constructor(readonly row: number) {}
  get virtual(): number {
    return this.rows * this.row;
  }
  get physical(): number {
    return Math.min(this.virtual, MAX_PX);
  }
  get scaled(): boolean {
    return this.virtual > MAX_PX;
  }
  get maxTop(): number {
    return Math.max(0, this.virtual - this.height);
  }
  get maxPhysical(): number {
    return Math.max(0, this.physical - this.height);
  }
  clamp(top: number): number {
    return Math.max(0, Math.min(this.maxTop, top));
  }
  /** The physical position of a virtual one; only the true ends map to the ends. */
  toPhysical(top: number): number {
    if (this.maxTop <= 0) return 0;
    if (!this.scaled) return top;
    const p = Math.round((top / this.maxTop) * this.maxPhysical);
    if (top <= 0) return 0;
    if (top >= this.maxTop) return this.maxPhysical;
    return Math.max(1, Math.min(this.maxPhysical - 1, p));
  }
  toVirtual(physical: number): number {
    return this.scaled ? (physical / Math.max(1, this.maxPhysical)) * this.maxTop : physical;
  }
  /** The virtual top after the browser has scrolled from last to now. */
  moved(top: number, last: number, now: number, stepping: boolean): number {
    if (!this.scaled) return this.clamp(now);
    const d = now - last;
    if (Math.abs(d) >= this.height * 3) return this.clamp(this.toVirtual(now));
    if (!stepping && now <= 0) return 0;
    if (!stepping && now >= this.maxPhysical - 1) return this.maxTop;
    return this.clamp(top + d);
  }
}

export class VScroll {
  top = 0; // virtual px
  readonly scale: Scale;
  private last = 0; // physical position that we know of
  private stepped = -Infinity; // time of the last wheel or touch movement
  private settle: ReturnType<typeof setTimeout> | undefined;
  private readonly resize: ResizeObserver;

  constructor(
    private readonly el: HTMLElement,
    private readonly spacer: HTMLElement,
    row: number,
    private readonly inset: number, // px of el that the head row covers
    private readonly changed: (user: boolean) => void,
  ) {
    this.scale = new Scale(row);
    el.addEventListener('scroll', this.onScroll, { passive: true });
    el.addEventListener('wheel', this.onStep, { passive: true });
    el.addEventListener('touchmove', this.onStep, { passive: true });
    this.resize = new ResizeObserver(() => {
      this.measure();
      this.setRows(this.scale.rows);
      changed(false);
    });
    this.resize.observe(el);
    this.measure();
  }

  destroy(): void {
    clearTimeout(this.settle);
    this.resize.disconnect();
    this.el.removeEventListener('scroll', this.onScroll);
    this.el.removeEventListener('wheel', this.onStep);
    this.el.removeEventListener('touchmove', this.onStep);
  }

  /** The first row on screen, and by how many px it is scrolled out. */
  get first(): number {
    return Math.floor(this.top / this.scale.row);
  }
  get offset(): number {
    return this.top - this.first * this.scale.row;
  }
  /** How many rows touch the viewport at most. */
  get count(): number {
    return Math.ceil(this.scale.height / this.scale.row) + 1;
  }
  /** How many rows fit whole. */
  get fit(): number {
    return Math.max(1, Math.floor(this.scale.height / this.scale.row));
  }
  get atEnd(): boolean {
    return this.top >= this.scale.maxTop - 1;
  }

  setRows(n: number): void {
    this.scale.rows = n;
    const px = `${this.scale.physical}px`;
    if (this.spacer.style.height !== px) this.spacer.style.height = px;
    if (this.top > this.scale.maxTop) this.scrollTo(this.scale.maxTop);
  }

  scrollTo(top: number): void {
    this.top = this.scale.clamp(top);
    this.sync();
  }

  /** Scrolls as little as needed to have row i on screen. */
  toRow(i: number): void {
    const t = i * this.scale.row;
    if (t < this.top) this.scrollTo(t);
    else if (t + this.scale.row > this.top + this.scale.height)
      this.scrollTo(t + this.scale.row - this.scale.height);
  }

  /** Puts row i at the given row of the viewport. */
  place(i: number, row: number): void {
    this.scrollTo((i - row) * this.scale.row);
  }

  toEnd(): void {
    if (this.top !== this.scale.maxTop || this.last !== this.scale.toPhysical(this.top)) {
      this.scrollTo(this.scale.maxTop);
    }
  }

  private measure(): void {
    this.scale.height = Math.max(0, this.el.clientHeight - this.inset);
  }

  // Puts the thumb where the virtual position belongs. The scroll event that
  // follows finds nothing moved.
  private sync(): void {
    const p = this.scale.toPhysical(this.top);
    if (Math.abs(this.el.scrollTop - p) >= 1) this.el.scrollTop = p;
    this.last = this.el.scrollTop;
  }

  private onStep = (): void => {
    this.stepped = performance.now();
  };

  private onScroll = (): void => {
    const now = this.el.scrollTop;
    if (now === this.last) return;
    const stepping = performance.now() - this.stepped < WHEEL;
    this.top = this.scale.moved(this.top, this.last, now, stepping);
    this.last = now;
    if (this.scale.scaled) {
      clearTimeout(this.settle);
      if (stepping && (now <= 0 || now >= this.scale.maxPhysical - 1)) this.sync();
      else this.settle = setTimeout(() => this.sync(), SETTLE);
    }
    this.changed(true);
  };
}
