import assert from "node:assert/strict";
import { test } from "node:test";

import { HubSocket } from "../../src/cordboard/protocols/streams/page/relay/socket";
import { Refusal } from "../../src/cordboard/web/page/wire/http";
import type { Channel, ChannelEvents, Environment } from "../../src/cordboard/web/page/wire/environment";

class Wire implements Channel {
  readonly sent: { type: string; token?: string }[] = [];

  constructor(private readonly events: ChannelEvents) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string; token?: string });
  }

  close(): void {}

  open(): void {
    this.events.opened();
  }

  say(frame: object): void {
    this.events.received(JSON.stringify(frame));
  }

  drop(code: number): void {
    this.events.closed(code);
  }
}

/** Time that passes when the test says so, and sockets that do what it says. */
class World implements Environment {
  readonly sockets: Wire[] = [];
  time = 1_000_000;
  private timers: { due: number; what: () => void }[] = [];

  get socket(): Wire {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error("no socket was opened");
    return last;
  }

  open(_url: string, events: ChannelEvents): Channel {
    const wire = new Wire(events);
    this.sockets.push(wire);
    return wire;
  }

  after(millis: number, what: () => void): () => void {
    const timer = { due: this.time + millis, what };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((item) => item !== timer));
  }

  now(): number {
    return this.time;
  }

  random(): number {
    return 0.5;
  }

  id(): string {
    return "id";
  }

  async pass(millis: number): Promise<void> {
    const end = this.time + millis;
    for (;;) {
      await new Promise((done) => setTimeout(done));
      const next = this.timers.filter((timer) => timer.due <= end).sort((one, other) => one.due - other.due)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = next.due;
      next.what();
    }
    this.time = end;
  }
}

function connected(expires = 0) {
  const world = new World();
  const events: string[] = [];
  let tokens = 0;
  let refuse: Refusal | undefined;
  const socket = new HubSocket(
    "ws://hub/streams/socket",
    "port",
    {
      token: async (fresh = false) => {
        if (fresh && refuse !== undefined) throw refuse;
        if (fresh) tokens += 1;
        return `t${tokens}`;
      },
    },
    world,
    {
      reached: (online) => events.push(online ? "online" : "offline"),
      received: (frame) => events.push(frame.type),
      signedOut: () => events.push("signed out"),
    },
  );
  const welcome = async () => {
    world.socket.open();
    await world.pass(0);
    world.socket.say({ type: "welcome", agent: "mia", expires, at: world.time, heartbeat: 15_000 });
  };
  const sent = () => world.socket.sent;
  return { world, socket, events, welcome, sent, refuse: (error: Refusal) => (refuse = error) };
}

test("says hello with a token, and is online when it is welcome", async () => {
  const { socket, events, welcome, sent } = connected();
  assert.equal(socket.send({ type: "reload" }), false);
  socket.start();
  await welcome();
  assert.deepEqual(sent(), [{ type: "hello", token: "t0", id: "port" }]);
  assert.deepEqual(events, ["welcome", "online"]);
  assert.equal(socket.send({ type: "reload" }), true);
});

test("comes back with the same token when the hub goes away", async () => {
  const { world, socket, events, welcome, sent } = connected();
  socket.start();
  await welcome();
  world.socket.drop(1006);
  await world.pass(20_000);
  assert.equal(world.sockets.length, 2);
  await welcome();
  assert.equal(sent()[0]?.token, "t0");
  assert.deepEqual(events, ["welcome", "online", "offline", "welcome", "online"]);
});

test("renews the token before it is over", async () => {
  const world = connected(1_000_000 + 900_000);
  world.socket.start();
  await world.welcome();
  for (let step = 0; step < 100; step += 1) {
    await world.world.pass(8_000);
    world.world.socket.say({ type: "pong", at: world.world.time });
  }
  assert.ok(world.sent().some((frame) => frame.type === "renew" && frame.token === "t1"));
});

test("tries once with a fresh token, then a person has to sign in", async () => {
  const { world, socket, events, welcome, sent, refuse } = connected();
  socket.start();
  await welcome();
  world.socket.drop(4102);
  await world.pass(20_000);
  world.socket.open();
  await world.pass(0);
  assert.equal(sent()[0]?.token, "t1");
  refuse(new Refusal("token-expired", 401, ""));
  world.socket.drop(4102);
  await world.pass(20_000);
  if (!events.includes("signed out")) {
    world.socket.open();
    await world.pass(0);
  }
  assert.equal(events.at(-1), "signed out");
});

test("signed out by the hub is signed out", async () => {
  const { world, socket, events, welcome } = connected();
  socket.start();
  await welcome();
  world.socket.drop(4103);
  assert.equal(events.at(-1), "signed out");
  await world.pass(60_000);
  assert.equal(world.sockets.length, 1);
});

test("a socket that says nothing any more is given up", async () => {
  const { world, socket, events, welcome } = connected();
  socket.start();
  await welcome();
  await world.pass(40_000);
  assert.ok(events.includes("offline"));
  assert.ok(world.sockets.length > 1);
});
