import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, type Status } from "../../sdk/js/src/client.js";
import type { EntryFrame, Joined, ServerFrame, Welcome } from "../../sdk/js/src/frames.js";
import { Refusal } from "../../sdk/js/src/refusal.js";
import type { Stream } from "../../sdk/js/src/stream.js";
import { settled, World, type Socket } from "./world";

const SUBJECT = "agent/ann";

interface Desk {
  readonly world: World;
  readonly client: Client;
  readonly statuses: Status[];
  readonly streams: Stream[];
  readonly frames: ServerFrame[];
  readonly tokens: boolean[];
  token: () => Promise<string>;
}

function desk(): Desk {
  const world = new World();
  const made: Desk = { world, statuses: [], streams: [], frames: [], tokens: [], token: () => Promise.resolve("t"), client: undefined! };
  const client = new Client(
    {
      url: "ws://hub/v1/socket",
      client: "test",
      subjects: () => [SUBJECT],
      token: (fresh) => {
        made.tokens.push(fresh);
        return made.token();
      },
      environment: world,
    },
    {
      status: (status) => made.statuses.push(status),
      stream: (stream) => made.streams.push(stream),
      frame: (frame) => made.frames.push(frame),
    },
  );
  return Object.assign(made, { client });
}

const welcome = (world: World, expires = 0): Welcome => ({
  type: "welcome",
  identity: { subject: "ann", agent: "ann", scopes: [], expires },
  heartbeat: 30_000,
  at: world.time + 5_000,
});

const joined = (seq: number, recovered: boolean | null = null): Joined => ({
  type: "joined",
  subject: SUBJECT,
  epoch: "e",
  position: `e.${seq}`,
  recovered,
  view: { subject: SUBJECT },
  tail: [],
  gauges: {},
});

const entry = (seq: number): EntryFrame => ({ type: "entry", subject: SUBJECT, seq, at: 0, sum: "", event: { type: "LinkUp" }, change: {} });

async function online(made: Desk, seq = 3): Promise<Socket> {
  made.client.connect();
  await settled();
  const { socket } = made.world;
  socket.open();
  socket.say(welcome(made.world), joined(seq));
  return socket;
}

test("it says hello with the token first, and watches after the welcome", async () => {
  const made = desk();
  const socket = await online(made);
  assert.deepEqual(socket.sent, [
    { type: "hello", token: "t", client: "test" },
    { type: "watch", subjects: { [SUBJECT]: null } },
  ]);
  assert.deepEqual(made.statuses.map((status) => status.state), ["connecting", "online"]);
  assert.equal(made.streams.at(-1)?.seq, 3);
});

test("after a cut it comes back, later, and goes on where it stopped", async () => {
  const made = desk();
  const first = await online(made);
  first.say(entry(4), entry(5));
  first.drop(1006);
  assert.equal(made.statuses.at(-1)?.state, "waiting");
  assert.equal(made.world.sockets.length, 1);
  await made.world.pass(250);
  const second = made.world.socket;
  assert.equal(made.world.sockets.length, 2);
  second.open();
  second.say(welcome(made.world));
  assert.deepEqual(second.of("watch").at(-1)?.subjects, { [SUBJECT]: "e.5" });
  second.say(joined(5, true), entry(5), entry(6));
  assert.equal(made.streams.at(-1)?.seq, 6);
  assert.deepEqual(made.tokens, [false, false]);
});

test("the waits grow with each failure, and start anew after a welcome", async () => {
  const made = desk();
  await online(made);
  const waits: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    made.world.socket.drop(1006);
    const status = made.statuses.at(-1);
    assert.ok(status?.state === "waiting");
    waits.push(status.until - made.world.now());
    await made.world.pass(status.until - made.world.now());
  }
  assert.deepEqual(waits, [188, 375, 750, 1500]);
  made.world.socket.open();
  made.world.socket.say(welcome(made.world));
  made.world.socket.drop(4000);
  const status = made.statuses.at(-1);
  assert.ok(status?.state === "waiting");
  assert.equal(status.failures, 1);
});

test("what an old socket still says is not heard", async () => {
  const made = desk();
  const first = await online(made);
  first.drop(1006);
  await made.world.pass(250);
  first.say(entry(4));
  first.drop(4200);
  assert.equal(made.streams.at(-1)?.seq, 3);
  assert.equal(made.statuses.at(-1)?.state, "connecting");
});

test("stale entries fall on the floor, a gap is asked for", async () => {
  const made = desk();
  const socket = await online(made);
  socket.say(entry(2), entry(3));
  assert.equal(made.streams.length, 1);
  socket.say(entry(6));
  assert.equal(made.streams.length, 1);
  assert.deepEqual(socket.of("watch").at(-1)?.subjects, { [SUBJECT]: "e.3" });
  socket.say(joined(6, true));
  assert.equal(made.streams.at(-1)?.seq, 6);
});

test("a history that was lost is replaced by the view that comes", async () => {
  const made = desk();
  const socket = await online(made, 40);
  socket.say({ ...joined(2, false), epoch: "other", position: "other.2" });
  assert.deepEqual([made.streams.at(-1)?.epoch, made.streams.at(-1)?.seq], ["other", 2]);
});

test("an expired token is replaced by a fresh one", async () => {
  const made = desk();
  (await online(made)).drop(4102);
  await made.world.pass(250);
  assert.deepEqual(made.tokens, [false, true]);
});

test("when nobody can give a token it ends and says why", async () => {
  const made = desk();
  (await online(made)).drop(4101);
  made.token = () => Promise.reject(new Refusal("token-expired", 401, ""));
  await made.world.pass(250);
  assert.deepEqual(made.statuses.at(-1), { state: "ended", why: "sign-in", code: 0 });
});

test("a hub that does not answer for a token is tried again", async () => {
  const made = desk();
  made.token = () => Promise.reject(new Refusal("offline", 0, ""));
  made.client.connect();
  await settled();
  assert.equal(made.statuses.at(-1)?.state, "waiting");
  made.token = () => Promise.resolve("t2");
  await made.world.pass(250);
  made.world.socket.open();
  assert.deepEqual(made.world.socket.sent, [{ type: "hello", token: "t2", client: "test" }]);
});

test("a code that says stay away is obeyed", async () => {
  const made = desk();
  (await online(made)).drop(4202);
  await made.world.pass(60_000);
  assert.deepEqual(made.statuses.at(-1), { state: "ended", why: "stay-away", code: 4202 });
  assert.equal(made.world.sockets.length, 1);
});

test("the token is renewed in the session before it expires", async () => {
  const made = desk();
  made.client.connect();
  await settled();
  const { socket } = made.world;
  socket.open();
  socket.say(welcome(made.world, made.world.time + 5_000 + 100_000)); // on the server's clock
  made.token = () => Promise.resolve("fresh");
  for (let beats = 0; beats < 8; beats += 1) {
    await made.world.pass(9_900);
    socket.say({ type: "pong" });
  }
  assert.deepEqual(socket.of("renew"), []);
  await made.world.pass(900);
  assert.deepEqual(socket.of("renew"), [{ type: "renew", token: "fresh" }]);
});

test("a command is settled by its own id", async () => {
  const made = desk();
  const socket = await online(made);
  const outcome = made.client.execute(SUBJECT, { service: "HoldCall", contact: "c" });
  const [sent] = socket.of("execute");
  assert.ok(sent !== undefined);
  assert.deepEqual(sent.command.service, { service: "HoldCall", contact: "c" });
  socket.say({ type: "settled", command: "another", outcome: { outcome: "done" } } as ServerFrame);
  socket.say({ type: "settled", command: sent.command.id, outcome: { outcome: "refused", code: "wrong-state" } } as ServerFrame);
  assert.deepEqual(await outcome, { outcome: "refused", code: "wrong-state" });
});

test("a command under way when the connection is cut is sent again with the same id", async () => {
  const made = desk();
  const first = await online(made);
  const outcome = made.client.execute(SUBJECT, { service: "AnswerCall", contact: "c" });
  first.drop(1006);
  await made.world.pass(250);
  const second = made.world.socket;
  second.open();
  second.say(welcome(made.world));
  assert.deepEqual(second.of("execute"), first.of("execute"));
  second.say({ type: "settled", command: second.of("execute")[0]?.command.id ?? "", outcome: { outcome: "done" } } as ServerFrame);
  assert.deepEqual(await outcome, { outcome: "done" });
});

test("a command that nobody answers is unconfirmed, and not sent again", async () => {
  const made = desk();
  const first = await online(made);
  const outcome = made.client.execute(SUBJECT, { service: "AnswerCall", contact: "c" });
  first.drop(1006);
  made.token = () => Promise.reject(new Refusal("offline", 0, ""));
  await made.world.pass(13_000);
  assert.deepEqual(await outcome, { outcome: "unconfirmed", reason: "timeout" });
  made.token = () => Promise.resolve("t");
  await made.world.pass(15_000);
  made.world.socket.open();
  made.world.socket.say(welcome(made.world));
  assert.deepEqual(made.world.socket.of("execute"), []);
});

test("without a connection nothing is asked for", async () => {
  const made = desk();
  assert.deepEqual(await made.client.execute(SUBJECT, { service: "AnswerCall", contact: "c" }), { outcome: "refused", code: "offline" });
  assert.deepEqual(await made.client.ask(SUBJECT, { query: "GetTargets" }), { result: "NoAnswer", code: "offline" });
});

test("an error about a question answers it", async () => {
  const made = desk();
  const socket = await online(made);
  const result = made.client.ask(SUBJECT, { query: "GetTargets", text: "b" });
  const id = socket.of("ask")[0]?.id ?? "";
  socket.say({ type: "error", error: { code: "not-allowed", message: "no" }, about: id } as ServerFrame);
  assert.deepEqual(await result, { result: "NoAnswer", code: "not-allowed", message: "no" });
});

test("a connection that has gone silent is left, one that answers its pings is not", async () => {
  const made = desk();
  const socket = await online(made);
  for (let beats = 0; beats < 6; beats += 1) {
    await made.world.pass(10_000);
    socket.say({ type: "pong" });
  }
  assert.equal(socket.closedWith, undefined);
  assert.ok(socket.of("ping").length >= 5);
  await made.world.pass(30_500);
  assert.equal(socket.closedWith, 4002);
  assert.equal(made.world.sockets.length, 2);
});

test("garbage and frames of later versions do no harm", async () => {
  const made = desk();
  const socket = await online(made);
  for (const text of ["", "{", "[]", "null", "7", '{"type":7}', '{"type":"of-tomorrow"}', new ArrayBuffer(2)]) socket.garbage(text);
  socket.say({ type: "entry", subject: "agent/unknown", seq: 1 });
  socket.say(entry(4));
  assert.equal(made.streams.at(-1)?.seq, 4);
});

test("claims are passed on while there is a connection", async () => {
  const made = desk();
  made.client.claim(SUBJECT, "ringtone");
  const socket = await online(made);
  made.client.claim(SUBJECT, "ringtone", "take");
  made.client.claim(SUBJECT, "ringtone", "give");
  assert.deepEqual(socket.of("claim"), [
    { type: "claim", subject: SUBJECT, name: "ringtone", take: true },
    { type: "claim", subject: SUBJECT, name: "ringtone", give: true },
  ]);
});

test("leaving closes the socket for good", async () => {
  const made = desk();
  const socket = await online(made);
  made.client.leave();
  assert.equal(socket.closedWith, 1000);
  await made.world.pass(60_000);
  assert.equal(made.world.sockets.length, 1);
});
