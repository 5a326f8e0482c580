// The CCP page: in a frame the relay and its face, on top the way to sign in.

import { CcpFace } from "./face/face";
import { signInWindow } from "./face/window";
import { appear } from "./face/world";
import { BROWSER, origins } from "./relay/world";
import { CcpAccount } from "./relay/account";
import { adopted, offered, SIGN_IN } from "./relay/handoff";
import { Relay } from "./relay/relay";

function framed(account: CcpAccount): void {
  const meta = document.querySelector<HTMLMetaElement>("meta[name=embedders]");
  const allowed = origins(meta?.content ?? "", location.origin);
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
  const face = shown(account, relay);
  relay.changed = () => face.turn(relay.status !== "signed-out");
  window.addEventListener("message", (event) => {
    if (event.source === embedder) relay.message(event.origin, event.data);
    const token = offered(event, location.origin);
    if (token !== undefined && relay.status === "signed-out") void taken(event, token);
  });
  window.addEventListener("online", () => face.reconnect());

  async function taken(event: MessageEvent, token: string): Promise<void> {
    await account.adopt(token);
    relay.signedIn();
    adopted(event, location.origin);
  }

  void restored(account).then((signedIn) => {
    face.starting = false;
    if (signedIn) relay.signedIn();
  });
}

function shown(account: CcpAccount, relay: Relay): CcpFace {
  const face = new CcpFace();
  face.starting = true;
  face.host = {
    token: (fresh) => account.token(fresh),
    signIn: () => void window.open(`/streams/login${location.search}`, SIGN_IN, "popup,width=420,height=560"),
    signOut: () => relay.terminate(),
    revoked: () => relay.revoked(),
  };
  document.querySelector("main")?.replaceWith(face);
  return face;
}

/** Whether the browser kept a login; while the hub cannot be asked, the library loads this page again by itself. */
async function restored(account: CcpAccount): Promise<boolean> {
  return account.restore().catch(() => false);
}

const asked = new URLSearchParams(location.search);
const isFramed = window.parent !== window;
const account = new CcpAccount(isFramed, asked.get("agent") ?? "");
appear(asked);
if (isFramed) framed(account);
else void signInWindow(account);
