// A page of somebody who installed the package: what the types let through, and what they do not.

import { connect, ERRORS, Refusal, type Agent, type Claim, type Contact, type ErrorCode, type Outcome, type Record, type Status, type View } from "@cordboard/client";

const hub = connect({
  hub: "https://cti.example",
  token: async (fresh: boolean): Promise<string> => {
    const answer = await fetch(`/cti-token?fresh=${fresh}`, { method: "POST" });
    if (!answer.ok) throw new Refusal("not-authenticated", answer.status, "sign in");
    return answer.text();
  },
});

const words: { [S in Status["state"]]: string } = { connecting: "…", online: "on", waiting: "off", ended: "over" };
hub.on("status", (status) => console.log(words[status.state], status.state === "waiting" ? status.until : ""));

export async function page(): Promise<Outcome> {
  const me: Agent = await hub.me();
  const view: View = await me.ready();
  const contacts: readonly Contact[] = Object.values(view.contacts ?? {});
  const record: Record = { kind: "customer", id: "7" };
  me.on("entry", ({ seq, event }) => {
    if (event.type === "Delivered") console.log(seq, event.contact);
    // @ts-expect-error there is no such event
    if (event.type === "Rang") console.log(seq);
  });
  me.on("change", ({ view, before }) => console.log(view.subject, before?.recent?.length));
  const claim: Claim = me.claim("call-log", ({ mine }) => console.log(mine));
  claim.take();
  me.guard("MakeCall", (command, letGo) => void (command.service.service === "MakeCall" && letGo()));
  me.perform("ScreenPop", ({ what, kind }) => console.log(what, kind));
  const queue = hub.queue("bookings");
  queue.on("gauge", ({ name, value }) => console.log(name, value.toFixed()));
  hub.all("agent").on((watched, { view }) => console.log(watched.subject, view.profile?.name));
  const [first] = contacts;
  if (first !== undefined) {
    await me.answer(first);
    await me.hold(first.id);
    await me.do("SetDisposition", { contact: first.id, disposition: "sold" }, { id: "once" });
    // @ts-expect-error a disposition is missing
    await me.do("SetDisposition", { contact: first.id });
    // @ts-expect-error there is no such service
    await me.do("Answer", { contact: first.id });
    // @ts-expect-error there is no such state
    await me.setState("lunch");
    // @ts-expect-error what came from the hub is not ours to change
    first.phase = "active";
  }
  const outcome = await me.dial("+44 20 7946 0100", record);
  if (outcome.outcome === "refused") console.log(ERRORS[outcome.code as ErrorCode]);
  return outcome;
}
