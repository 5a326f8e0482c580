/// <reference types="@cordboard/client" />
// The same, of a page that loads the script with a tag: everything is under `Cordboard`.

function begin(token: string): void {
  const hub = Cordboard.connect({ token, worker: "/cordboard.js" });
  void hub.me().then((me: Cordboard.Agent) => me.setState("ready"));
  // @ts-expect-error it has no such method
  hub.hangUp();
}
