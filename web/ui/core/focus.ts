// This file keeps the focus in the page: when what had it has gone, the pane
// that it was in gets it, or else the content, so that the next Tab goes on
// from there and not from the top.

/** Watches a document from now on. fallback is what always stays. */
export function keepFocus(doc: Document, fallback: () => HTMLElement | null): () => void {
  let last: HTMLElement | null = null;
  let panes: HTMLElement[] = []; // around it, innermost first
  const timers = new Set<ReturnType<typeof setTimeout>>();

  const focused = (e: FocusEvent) => {
    last = e.target as HTMLElement;
    panes = [];
    for (let el = last.parentElement; el; el = el.parentElement)
      if (el.matches('[data-pane], main')) panes.push(el);
  };
  const look = () => {
    if (!last || last.isConnected || (doc.activeElement && doc.activeElement !== doc.body)) return;
    if (doc.querySelector('dialog[open]')) return;
    const next = panes.find((p) => p.isConnected && p.getClientRects().length > 0) ?? fallback();
    if (!next) return;
    if (!next.hasAttribute('tabindex')) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  };
  // Now, and when what is loaded on demand has come.
  const soon = () => {
    for (const ms of [0, 60, 400]) {
      const t = setTimeout(() => {
        timers.delete(t);
        look();
      }, ms);
      timers.add(t);
    }
  };
  const events = ['keydown', 'click', 'close', 'popstate'];
  doc.addEventListener('focusin', focused);
  for (const e of events) doc.defaultView?.addEventListener(e, soon, true);
  return () => {
    doc.removeEventListener('focusin', focused);
    for (const e of events) doc.defaultView?.removeEventListener(e, soon, true);
    for (const t of timers) clearTimeout(t);
  };
}
