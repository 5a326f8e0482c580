// From the login window to the frames of the page that opened it: on another site they share no storage with it, but their
// windows can be reached, and a message to our own origin reaches nobody else.

const TYPE = "cordboard::login";
/** The library puts a fresh frame in the old one's place every few seconds until it is signed in. */
const AGAIN = 400;

/** Offers the token to each frame of the opener until it is called off or this window is closed. */
export function offer(opener: Window, origin: string, token: () => Promise<string>): () => void {
  const once = async (): Promise<void> => {
    const current = await token();
    for (let index = 0; index < opener.length; index += 1) opener[index]?.postMessage({ type: TYPE, token: current }, origin);
  };
  const quietly = (): void => void once().catch(() => undefined); // a closed opener has no frames
  quietly();
  const timer = setInterval(quietly, AGAIN);
  return () => clearInterval(timer);
}

/** The token in a message, if it is one of ours: of this very origin, and from a window on top. */
export function offered(event: MessageEvent, origin: string): string | undefined {
  if (event.origin !== origin) return undefined;
  const data: unknown = event.data;
  if (typeof data !== "object" || data === null || !("type" in data) || data.type !== TYPE) return undefined;
  return "token" in data && typeof data.token === "string" ? data.token : undefined;
}
