import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";

import { look } from "./look";

const HOVER = 250;
const GAP = 6;

/**
 * Shows why the control under the pointer, or with the keyboard's focus, cannot be pressed: what `control` says of it to screen readers. It
 * looks after everything beside it in its root; Escape puts it away.
 */
@customElement("cb-why")
export class Why extends LitElement {
  static override styles = [
    look,
    css`
      div {
        position: fixed;
        inset: auto;
        width: max-content;
        max-width: min(18rem, calc(100vw - 12px));
        margin: 0;
        padding: 0.3rem 0.55rem;
        border: 0;
        border-radius: 6px;
        background: var(--ink);
        color: var(--card);
        font-size: max(12px, 0.875em);
        line-height: 1.3;
        pointer-events: none;
      }
    `,
  ];

  @state() private text = "";
  @query("div") private tip!: HTMLElement | null;
  private of: HTMLElement | undefined;
  /** What the pointer is on. */
  private next: HTMLElement | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private root: Node | undefined;
  /** None of the events that tell where the pointer or the focus came from: they are not heard outside of the element within which it moved. */
  private readonly heard: readonly (readonly [string, (event: Event) => void])[] = [
    ["pointermove", (event) => this.pointed(event as PointerEvent)],
    ["keyup", (event) => this.reached(event as KeyboardEvent)],
    ["click", () => this.hide()],
  ];
  private readonly moved = (): void => this.place();
  private readonly left = (): void => this.hide();

  override connectedCallback(): void {
    super.connectedCallback();
    this.root = this.getRootNode();
    for (const [type, hear] of this.heard) this.root.addEventListener(type, hear);
    document.documentElement.addEventListener("pointerleave", this.left);
    window.addEventListener("resize", this.moved);
    window.addEventListener("scroll", this.moved, true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const [type, hear] of this.heard) this.root?.removeEventListener(type, hear);
    document.documentElement.removeEventListener("pointerleave", this.left);
    window.removeEventListener("resize", this.moved);
    window.removeEventListener("scroll", this.moved, true);
    clearTimeout(this.timer);
  }

  /** Above dialogs as well, where the browser has such a layer. */
  protected override render(): TemplateResult | typeof nothing {
    return this.text === "" ? nothing : html`<div popover="manual" aria-hidden="true">${this.text}</div>`;
  }

  protected override updated(): void {
    if (this.tip !== null && !this.tip.matches(":popover-open")) this.tip.showPopover();
    this.place();
  }

  private pointed(event: PointerEvent): void {
    const found = event.pointerType === "touch" ? undefined : greyed(event);
    if (found === this.next) return;
    this.hide();
    this.next = found;
    if (found !== undefined) this.timer = setTimeout(() => this.show(found), HOVER);
  }

  private reached(event: KeyboardEvent): void {
    const found = event.key === "Tab" ? greyed(event) : undefined;
    if (found === undefined) this.hide();
    else this.show(found);
  }

  private show(found: HTMLElement): void {
    this.of = found;
    this.text = found.getAttribute("aria-description") ?? "";
  }

  private hide(): void {
    clearTimeout(this.timer);
    this.of = undefined;
    this.text = "";
  }

  /** Below the control, or above it where there is no room, and wholly within the window. */
  private place(): void {
    const { tip, of } = this;
    if (tip === null || of === undefined) return;
    const box = of.getBoundingClientRect();
    if (!of.isConnected || box.width === 0) return this.hide();
    const { offsetWidth: width, offsetHeight: height } = tip;
    const below = box.bottom + GAP;
    const { clientWidth } = document.documentElement;
    tip.style.left = `${Math.max(GAP, Math.min(box.left, clientWidth - width - GAP))}px`;
    tip.style.top = `${below + height <= window.innerHeight ? below : Math.max(GAP, box.top - GAP - height)}px`;
  }
}

function greyed(event: Event): HTMLElement | undefined {
  const found = event.composedPath().find((item) => item instanceof HTMLElement && item.localName === "button") as HTMLElement | undefined;
  return found?.getAttribute("aria-disabled") === "true" && found.hasAttribute("aria-description") ? found : undefined;
}
