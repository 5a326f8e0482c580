// The CCP page: in a frame the relay, on top the way to sign in.

import { BROWSER } from "./relay/world";
import { CcpAccount } from "./relay/account";
import { offered } from "./relay/handoff";
import { Relay, type Status } from "./relay/relay";
import { signInWindow } from "./relay/window";

const WORDS: { readonly [status in Status]: string } = {
  "signed-out": "Signed out",
  connecting: "Connecting …",
  online: "Connected",
  offline: "Connection lost, trying again …",
};

function framed(account: CcpAccount): void {
  const meta = document.querySelector<HTMLMetaElement>("meta[name=embedders]");
  const allowed = new Set([location.origin, ...(meta?.content ?? "").split(" ").filter((item) => item !== "")]);
  const embedder = window.parent;
  const relay = new Relay(
    {
      ...BROWSER,
      post: (message, targetOrigin, transfer = []) => embedder.postMessage(message, targetOrigin, transfer),
      origin: location.origin,
      socketUrl: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/streams/socket`,
      allowed,
      channel() {
        const { port1, port2 } = new MessageChannel();
        return { ours: port1, theirs: port2 };
      },
      devices: () => navigator.mediaDevices.enumerateDevices(),
    },
    account,
  );
  const line = document.querySelector<HTMLElement>("#status");
  relay.changed = () => {
    if (line !== null) line.textContent = [relay.agent, WORDS[relay.status]].filter((word) => word !== "").join(" – ");
  };
  relay.changed();
  window.addEventListener("message", (event) => {
    if (event.source === embedder) relay.message(event.origin, event.data);
    const token = offered(event, location.origin);
    if (token !== undefined && relay.status === "signed-out") void account.adopt(token).then(() => relay.signedIn());
  });
  void restored(account).then((signedIn) => signedIn && relay.signedIn());
}

/** Whether the browser kept a login; while the hub cannot be asked, the library loads this page again by itself. */
async function restored(account: CcpAccount): Promise<boolean> {
  return account.restore().catch(() => false);
}

const isFramed = window.parent !== window;
const account = new CcpAccount(isFramed, new URLSearchParams(location.search).get("agent") ?? "");
if (isFramed) framed(account);
else void signInWindow(account);
