// The login window: asks who you are, unless the browser knows, and hands the login over to the page that opened it.

import type { CcpAccount } from "../relay/account";
import { offer, SIGN_IN } from "../relay/handoff";
import { SignIn, TEXTS } from "./world";

/** Runs the window until it is closed. */
export async function signInWindow(account: CcpAccount): Promise<void> {
  const opener: Window | null = window.opener;
  const waiting = opener === null ? undefined : { opener, around: opener.parent };
  if (!(await account.restore().catch(() => false))) await asked(account);
  say(waiting === undefined ? TEXTS.signedInHere : TEXTS.signedInClose);
  // The library closes its own windows, if it was told to.
  const taken = (): void => void (window.name === SIGN_IN && window.close());
  if (waiting !== undefined) offer(waiting, location.origin, () => account.token(), taken);
}

function say(text: string): void {
  const line = document.querySelector<HTMLElement>("#status");
  if (line !== null) line.textContent = text;
}

function asked(account: CcpAccount): Promise<void> {
  const form = new SignIn();
  form.heading = TEXTS.panel;
  document.querySelector("main")?.append(form);
  return new Promise((resolve) => {
    form.signIn = async ({ user, password }) => {
      await account.signIn(user, password);
      form.remove();
      resolve();
    };
  });
}
