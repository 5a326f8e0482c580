// `onAccepted` before `onConnected`, once in each page.
//
// The library raises it for nobody by itself: on the success of accept() it broadcasts two words and waits for their echo. The
// document in which the contact is connected must not come before that echo, so documents wait for it, for a moment at most.

/** How long documents wait for the library to broadcast what it accepted. It takes one turn of its page. */
export const HOLD = 80;
/** The same while the request has not even been answered. */
export const HOLD_UNANSWERED = 1_000;

export interface AcceptanceWorld {
  after(millis: number, what: () => void): () => void;
  raise(event: string, data: unknown): void;
  post(document: unknown): void;
}

const NAME = "contact::accepted";

export class Acceptance {
  private readonly requests = new Map<string, string>();
  private readonly raised = new Set<string>();
  private readonly awaited = new Map<string, () => void>();
  private held: unknown[] = [];

  constructor(private readonly world: AcceptanceWorld) {}

  /** The embedder asked to accept a contact. */
  asked(requestId: string, contactId: string): void {
    this.requests.set(requestId, contactId);
  }

  /** A request was answered. If a contact was accepted by it, the library is about to say so. */
  answered(requestId: string, done: boolean): void {
    const contactId = this.requests.get(requestId);
    this.requests.delete(requestId);
    if (contactId === undefined || this.raised.has(contactId)) return;
    if (done) this.wait(contactId, HOLD);
    else if (this.awaited.has(contactId)) this.raise(contactId); // somebody else took it
  }

  /** The embedder broadcasts; whether it was a word of ours, which goes no further: the hub tells other pages by itself. */
  broadcast(event: string, data: unknown): boolean {
    if (event === NAME) {
      const contactId = typeof data === "object" && data !== null && "contactId" in data ? String(data.contactId) : "";
      if (!this.raised.has(contactId)) this.world.raise(event, data);
      return true;
    }
    if (!event.startsWith(`${NAME}::`)) return false;
    const contactId = event.slice(NAME.length + 2);
    if (!this.raised.has(contactId)) this.world.raise(event, data);
    this.raised.add(contactId);
    this.release(contactId);
    return true;
  }

  /** The hub says that the contact was taken, by whatever page or phone. */
  accepted(contactId: string): void {
    if (this.awaited.has(contactId)) return;
    if ([...this.requests.values()].includes(contactId)) this.wait(contactId, HOLD_UNANSWERED);
    else this.raise(contactId);
  }

  /** A document came. */
  document(document: unknown, contacts: readonly string[]): void {
    for (const contactId of this.raised) if (!contacts.includes(contactId)) this.raised.delete(contactId);
    if (this.awaited.size > 0) this.held.push(document);
    else this.world.post(document);
  }

  /** What was asked is asked no more: the hub is gone. */
  reset(): void {
    this.requests.clear();
  }

  /** Nothing is raised or posted any more: the agent is gone. */
  forget(): void {
    this.reset();
    for (const cancel of this.awaited.values()) cancel();
    this.awaited.clear();
    this.raised.clear();
    this.held = [];
  }

  private wait(contactId: string, millis: number): void {
    this.awaited.get(contactId)?.();
    this.awaited.set(contactId, this.world.after(millis, () => this.raise(contactId)));
  }

  private raise(contactId: string): void {
    if (!this.raised.has(contactId)) {
      this.raised.add(contactId);
      this.world.raise(NAME, { contactId });
      this.world.raise(`${NAME}::${contactId}`, { contactId });
    }
    this.release(contactId);
  }

  private release(contactId: string): void {
    this.awaited.get(contactId)?.();
    this.awaited.delete(contactId);
    if (this.awaited.size > 0) return;
    const held = this.held;
    this.held = [];
    for (const document of held) this.world.post(document);
  }
}
