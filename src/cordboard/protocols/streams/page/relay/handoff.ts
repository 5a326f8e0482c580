// From the login window to the frames of the page that opened it: on another site they share no storage with it, but their
// windows can be reached, and a message to our own origin reaches nobody else.

const TYPE = "cordboard::login";
const TAKEN = "cordboard::login-taken";
/** The library puts a fresh frame in the old one's place every few seconds until it is signed in. */
const AGAIN = 400;

/** The name of the window that a frame of ours opens; those of the library have names of its own. */
export const SIGN_IN = "cordboard-sign-in";

/** Who may be waiting for a login: asked early, since a frame that is gone cannot be asked. */
export interface Waiting {
  readonly opener: Window;
  /** What stands around the opener, if that is a frame. */
  readonly around: Window;
}

/**
 * Offers the token again and again until it is called off or this window is closed: to the page that opened the window, to its
 * frames, and, if a frame opened it, to the frames beside that one, since the library may have put another in its place.
 * `taken`: one of them took it.
 */
export function offer({ opener, around }: Waiting, origin: string, token: () => Promise<string>, taken: () => void): () => void {
  const once = async (): Promise<void> => {
    const current = await token();
    for (const target of new Set([opener, ...frames(opener), ...frames(around)])) target.postMessage({ type: TYPE, token: current }, origin);
  };
  const heard = (event: MessageEvent): void => {
    if (event.origin === origin && typeOf(event.data) === TAKEN) taken();
  };
  const quietly = (): void => void once().catch(() => undefined); // a closed opener has no frames
  window.addEventListener("message", heard);
  quietly();
  const timer = setInterval(quietly, AGAIN);
  return () => {
    clearInterval(timer);
    window.removeEventListener("message", heard);
  };
}

/** The token in a message, if it is one of ours: of this very origin. */
export function offered(event: MessageEvent, origin: string): string | undefined {
  if (event.origin !== origin || typeOf(event.data) !== TYPE) return undefined;
  const { token } = event.data as { readonly token?: unknown };
  return typeof token === "string" ? token : undefined;
}

/** Tells the window that offered a token that it was taken. */
export function adopted(event: MessageEvent, origin: string): void {
  event.source?.postMessage({ type: TAKEN }, { targetOrigin: origin });
}

function frames(of: Window): Window[] {
  return Array.from({ length: of.length }, (_, index) => of[index]).filter((found): found is Window => found !== undefined);
}

function typeOf(data: unknown): unknown {
  return typeof data === "object" && data !== null && "type" in data ? data.type : undefined;
}
