// What library versions from 1.8.1 to 2.14.2 load first, on localhost: they ask for the storage of our site, which we need none of.

import { origins } from "./relay/world";

const EMBEDDER = window.parent;
const meta = document.querySelector<HTMLMetaElement>("meta[name=embedders]");
const allowed = origins(meta?.content ?? "", location.origin);

window.addEventListener("message", (message) => {
  if (message.source !== EMBEDDER || EMBEDDER === window || !allowed.has(message.origin)) return;
  const data: unknown = message.data;
  if (typeof data !== "object" || data === null || !("event" in data) || data.event !== "storageAccess::request") return;
  const inner: unknown = "data" in data ? data.data : undefined;
  const landat = typeof inner === "object" && inner !== null && "landat" in inner ? inner.landat : "landat" in data ? data.landat : "";
  const target = landing(String(landat));
  EMBEDDER.postMessage({ event: "storageAccess::init", data: { hasAccess: true } }, message.origin);
  EMBEDDER.postMessage({ event: "storageAccess::granted", data: {} }, message.origin);
  location.replace(target);
});

/** Our own CCP page, and nothing else, whatever was asked for. */
function landing(text: string): string {
  const home = new URL("/streams/ccp-v2/", location.origin);
  try {
    const wanted = new URL(text, location.origin);
    if (wanted.origin === home.origin && wanted.pathname.startsWith(home.pathname)) return wanted.href;
  } catch {
    // no address at all
  }
  return home.href;
}
