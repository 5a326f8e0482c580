// Several tabs over one connection, without a browser: the ways between them are queues, and the test says who dies when.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Hub } from "../../sdk/js/src/hub.js";
import { Refusal } from "../../sdk/js/src/refusal.js";
import { TabLine, type WayEvents } from "../../sdk/js/src/tab.js";
import { Trunk } from "../../sdk/js/src/trunk.js";
import { Exchange } from "./exchange.js";
import { settled } from "./world.js";

const ANN = "agent/ann";

/** A browser: where the trunk is, and the tabs' ways to it. */
class Browser {
  readonly world = new Exchange();
  readonly tabs: Tab[] = [];
  trunk = this.fresh();
  private born = 0;

  fresh(): Trunk {
    return new Trunk({ url: "ws://hub", client: "test", environment: this.world });
  }

  tab(token: (fresh: boolean) => Promise<string> = () => Promise.resolve("t")): Tab {
    const tab = new Tab(this, `t${(this.born += 1)}`, token);
    this.tabs.push(tab);
    return tab;
  }

  kill(tab: Tab): void {
    tab.alive = false;
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.trunk.detach(tab.id);
  }

  /** Whoever kept the trunk is gone, with everything that was on its way; a tab keeps it from now on. */
  handOver(): void {
    this.trunk.stop();
    this.trunk = this.fresh();
    for (const tab of this.tabs) tab.lost();
  }
}

class Tab {
  readonly hub: Hub;
  readonly entries: string[] = [];
  readonly lostViews: number[] = [];
  alive = true;
  private way: WayEvents | undefined;

  constructor(
    private readonly browser: Browser,
    readonly id: string,
    token: (fresh: boolean) => Promise<string>,
  ) {
    this.hub = new Hub({
      url: "ws://hub",
      name: id,
      token,
      line: (events) =>
        new TabLine(
          (way) => {
            this.way = way;
            this.attach();
            const { trunk } = this.browser;
            return {
              post: (message) => {
                const at = this.browser.trunk;
                queueMicrotask(() => this.alive && at === this.browser.trunk && at.hear(this.id, structuredClone(message)));
              },
              close: () => trunk.detach(this.id),
            };
          },
          token,
          events,
        ),
    });
    this.hub.connect();
  }

  follow(name: string): void {
    if (name.endsWith("/*")) {
      this.hub.all("agent").on((watched, { before }) => {
        if (before === undefined) watched.on("entry", (entry) => this.entries.push(`${watched.subject} ${entry.seq}`));
      });
      return;
    }
    const { watched } = this.hub.agent(name.slice("agent/".length));
    watched.on("entry", (entry) => this.entries.push(`${watched.subject} ${entry.seq}`));
    watched.on("lost", () => this.lostViews.push(this.entries.length));
  }

  lost(): void {
    this.way?.lost();
    this.attach();
  }

  private attach(): void {
    const { trunk } = this.browser;
    queueMicrotask(() => {
      if (!this.alive || trunk !== this.browser.trunk) return;
      trunk.attach(this.id, (message) => {
        const copy = structuredClone(message);
        queueMicrotask(() => this.alive && trunk === this.browser.trunk && this.way?.heard(copy));
      });
    });
  }
}

async function quiet(browser: Browser, millis = 0): Promise<void> {
  await browser.world.pass(millis);
  for (let turn = 0; turn < 40; turn += 1) await settled();
}

test("two tabs have one socket, and each gets every entry once and in order", async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab()];
  for (const tab of tabs) tab.follow(ANN);
  await quiet(browser);
  for (let count = 0; count < 50; count += 1) browser.world.happens(ANN, "x");
  await quiet(browser);
  const all = Array.from({ length: 50 }, (_, index) => `${ANN} ${index + 1}`);
  for (const tab of tabs) assert.deepEqual(tab.entries, all);
  assert.equal(browser.world.opened, 1);
  assert.deepEqual(browser.world.tokens, ["t"]);
});

test("a tab that comes late gets the view at once, without asking the hub for what is known", async () => {
  const browser = new Browser();
  browser.tab().follow(ANN);
  await quiet(browser);
  browser.world.happens(ANN, "x");
  await quiet(browser);
  const late = browser.tab();
  const agent = late.hub.agent("ann");
  await quiet(browser);
  assert.equal(agent.watched.position, "e.1");
  assert.deepEqual(late.entries, []);
});

test("a command is answered to the tab that gave it, and to no other", async () => {
  const browser = new Browser();
  const [one, other] = [browser.tab(), browser.tab()];
  const agents = [one, other].map((tab) => tab.hub.agent("ann"));
  await quiet(browser);
  const outcomes = agents.map((agent, index) => agent.do("HoldCall", { contact: "c" }, { id: `id-${index}` }));
  const text = agents[1]?.settings("x");
  await quiet(browser);
  assert.deepEqual(await Promise.all(outcomes), [{ outcome: "done" }, { outcome: "done" }]);
  assert.deepEqual(browser.world.done, ["id-0", "id-1"]);
  assert.ok((await text)?.startsWith("ask-"));
});

test("the same id from two tabs is done once and answered to both", async () => {
  const browser = new Browser();
  const agents = [browser.tab(), browser.tab()].map((tab) => tab.hub.agent("ann"));
  await quiet(browser);
  const outcomes = agents.map((agent) => agent.do("AnswerCall", { contact: "c" }, { id: "answer-c" }));
  await quiet(browser);
  assert.deepEqual(await Promise.all(outcomes), [{ outcome: "done" }, { outcome: "done" }]);
  assert.deepEqual(browser.world.done, ["answer-c"]);
});

test("when the keeper of the connection dies the others go on where each of them stopped", async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab(), browser.tab()];
  for (const tab of tabs) tab.follow(ANN);
  await quiet(browser);
  for (let count = 0; count < 5; count += 1) browser.world.happens(ANN, "x");
  browser.handOver(); // what was on its way to the tabs is lost with it
  for (let count = 0; count < 5; count += 1) browser.world.happens(ANN, "x");
  const outcome = tabs[1]?.hub.agent("ann").do("HoldCall", { contact: "c" });
  await quiet(browser);
  browser.world.happens(ANN, "x");
  await quiet(browser);
  const length = browser.world.logs.get(ANN)?.length ?? 0;
  for (const tab of tabs) assert.deepEqual(tab.entries, Array.from({ length }, (_, index) => `${ANN} ${index + 1}`));
  assert.deepEqual(await outcome, { outcome: "refused", code: "offline" });
  assert.equal(browser.world.opened, 2);
});

test("a command under way when the keeper dies is answered, and done once", async () => {
  const browser = new Browser();
  const tab = browser.tab();
  const agent = tab.hub.agent("ann");
  await quiet(browser);
  const outcome = agent.do("HoldCall", { contact: "c" }, { id: "once" });
  for (let turn = 0; turn < 3; turn += 1) await Promise.resolve(); // it is with the hub, the answer is not here
  browser.handOver();
  await quiet(browser);
  assert.deepEqual(await outcome, { outcome: "done" });
  assert.deepEqual(browser.world.done, ["once"]);
});

test("history that is lost is said to be lost, to every tab", async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab()];
  for (const tab of tabs) tab.follow(ANN);
  await quiet(browser);
  browser.world.happens(ANN, "x");
  await quiet(browser);
  browser.world.cut();
  browser.world.epoch = "f";
  await quiet(browser, 1000);
  for (const tab of tabs) assert.deepEqual([tab.entries.length, tab.lostViews.length], [1, 1]);
  browser.world.happens(ANN, "x");
  await quiet(browser);
  for (const tab of tabs) assert.equal(tab.entries.length, 2);
});

test("a claim is one tab's; when it dies another has it", async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab(), browser.tab()];
  const claims = tabs.map((tab) => tab.hub.agent("ann").claim("log"));
  await quiet(browser);
  assert.deepEqual(claims.map((claim) => claim.mine), [true, false, false]);
  assert.equal(new Set(claims.map((claim) => claim.page)).size, 1);
  claims[2]?.take();
  await quiet(browser);
  assert.deepEqual(claims.map((claim) => claim.mine), [false, false, true]);
  const [, , third] = tabs;
  assert.ok(third !== undefined);
  browser.kill(third);
  await quiet(browser);
  assert.equal(claims.slice(0, 2).filter((claim) => claim.mine).length, 1);
  browser.world.cut();
  assert.equal(claims.slice(0, 2).filter((claim) => claim.mine).length, 1); // the tabs have not heard of it yet
  await quiet(browser, 1000);
  assert.equal(claims.slice(0, 2).filter((claim) => claim.mine).length, 1);
});

test("a claim that is given back is another tab's", async () => {
  const browser = new Browser();
  const claims = [browser.tab(), browser.tab()].map((tab) => tab.hub.agent("ann").claim("log"));
  await quiet(browser);
  claims[0]?.give();
  await quiet(browser);
  assert.deepEqual(claims.map((claim) => claim.mine), [false, true]);
});

test("a guard of any tab stands before the service, until the last is gone", async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab()];
  const stops = tabs.map((tab) => tab.hub.agent("ann").guard("MakeCall", () => undefined));
  await quiet(browser);
  assert.equal(browser.world.guards.size, 1);
  stops[0]?.();
  await quiet(browser);
  assert.equal(browser.world.guards.size, 1);
  const [, second] = tabs;
  assert.ok(second !== undefined);
  browser.kill(second);
  await quiet(browser);
  assert.equal(browser.world.guards.size, 0);
});

test("a shared word reaches every tab", async () => {
  const browser = new Browser();
  const heard: unknown[] = [];
  const agents = [browser.tab(), browser.tab()].map((tab) => tab.hub.agent("ann"));
  for (const agent of agents) agent.on("shared", ({ name, data }) => heard.push([name, data]));
  await quiet(browser);
  agents[0]?.share("open", { id: 7 });
  await quiet(browser);
  assert.deepEqual(heard, [["open", { id: 7 }], ["open", { id: 7 }]]);
});

test("maintenance is told to every tab, those that come later included, until the hub tells anew", async () => {
  const browser = new Browser();
  const heard: string[] = [];
  const first = browser.tab();
  first.hub.on("maintenance", ({ state, text }) => heard.push(`${state} ${text ?? ""}`));
  await quiet(browser);
  assert.equal(first.hub.maintenance, undefined);
  for (const page of browser.world.pages) page.say({ type: "maintenance", state: "announced", at: 1, begins: 9, text: "Tonight" });
  await quiet(browser);
  const second = browser.tab();
  await quiet(browser);
  assert.deepEqual([heard, second.hub.maintenance?.begins], [["announced Tonight"], 9]);
  for (const page of browser.world.pages) page.say({ type: "maintenance", state: "none", at: 2 });
  await quiet(browser);
  assert.deepEqual([heard.length, first.hub.maintenance, second.hub.maintenance], [2, undefined, undefined]);
  for (const page of browser.world.pages) page.say({ type: "maintenance", state: "started", at: 3 });
  await quiet(browser);
  assert.equal(second.hub.maintenance?.state, "started");
  browser.world.cut();
  await quiet(browser, 5_000);
  assert.deepEqual([second.hub.status.state, second.hub.maintenance], ["online", undefined]);
});

test("the last tab ends the connection, the next begins another", async () => {
  const browser = new Browser();
  const tab = browser.tab();
  await quiet(browser);
  assert.equal(browser.world.pages.length, 1);
  browser.kill(tab);
  await quiet(browser);
  assert.equal(browser.world.pages.length, 0);
  const next = browser.tab();
  await quiet(browser);
  assert.equal(next.hub.status.state, "online");
});

test("a tab that is asked for a token and does not answer is passed over", async () => {
  const browser = new Browser();
  browser.tab(() => Promise.resolve("awake"));
  browser.tab(() => new Promise(() => undefined));
  await quiet(browser);
  browser.world.cut(4102);
  await quiet(browser, 1000);
  assert.deepEqual(browser.world.tokens, ["awake"]);
  await quiet(browser, 11_000);
  assert.deepEqual(browser.world.tokens, ["awake", "awake"]);
});

test("when no token is to be had all tabs hear that somebody has to sign in", async () => {
  const browser = new Browser();
  const tabs = [browser.tab(), browser.tab()];
  await quiet(browser);
  for (const tab of tabs) assert.equal(tab.hub.status.state, "online");
  const refused = new Browser();
  const out = [0, 1].map(() => refused.tab(() => Promise.reject(new Refusal("not-authenticated", 401, ""))));
  await quiet(refused);
  for (const tab of out) assert.deepEqual(tab.hub.status, { state: "ended", why: "sign-in", code: 0 });
});

test("watching a whole kind: those there are and those to come, also for a tab that comes later", async () => {
  const browser = new Browser();
  browser.world.happens("agent/bob", "x");
  const [one, other] = [browser.tab(), browser.tab()];
  one.follow("agent/*");
  await quiet(browser);
  other.follow("agent/*");
  await quiet(browser);
  browser.world.happens("agent/cat", "x");
  await quiet(browser);
  browser.world.happens("agent/cat", "x");
  browser.world.happens("agent/bob", "x");
  await quiet(browser);
  assert.deepEqual(one.entries, ["agent/cat 2", "agent/bob 2"]);
  assert.deepEqual(other.entries, one.entries);
});

test("by chance: entries, tabs, cuts and keepers come and go, and every tab gets everything once", async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = chance(seed);
    const browser = new Browser();
    const subjects = [ANN, "agent/bob"];
    const known: { tab: Tab; from: Map<string, number> }[] = [];
    for (let step = 0; step < 80; step += 1) {
      const dice = random();
      if (dice < 0.5) browser.world.happens(subjects[Math.floor(random() * 2)] ?? ANN, "x");
      else if (dice < 0.6 && browser.tabs.length < 4) {
        const tab = browser.tab();
        const from = new Map<string, number>();
        for (const subject of subjects) {
          tab.follow(subject);
          tab.hub.agent(subject.slice(6)).on("change", ({ before, entry }) => {
            const seq = Number(tab.hub.agent(subject.slice(6)).watched.position?.split(".")[1]);
            if (before === undefined && entry === undefined) from.set(subject, seq);
          });
        }
        known.push({ tab, from });
      } else if (dice < 0.65 && browser.tabs.length > 1) {
        const [tab] = browser.tabs.slice(Math.floor(random() * browser.tabs.length));
        if (tab !== undefined) browser.kill(tab);
      } else if (dice < 0.7) browser.handOver();
      else if (dice < 0.75) browser.world.cut();
      else if (dice < 0.8) browser.world.reachable = !browser.world.reachable;
      else for (let turn = Math.floor(random() * 8); turn > 0; turn -= 1) await Promise.resolve();
      if (random() < 0.2) await browser.world.pass(200);
    }
    browser.world.reachable = true;
    await quiet(browser, 40_000);
    for (const { tab, from } of known.filter((item) => item.tab.alive)) {
      for (const subject of subjects) {
        const last = browser.world.logs.get(subject)?.length ?? 0;
        const first = from.get(subject) ?? 0;
        const got = tab.entries.filter((text) => text.startsWith(`${subject} `)).map((text) => Number(text.split(" ")[1]));
        assert.deepEqual(got, Array.from({ length: last - first }, (_, index) => first + index + 1), `seed ${seed} ${tab.id} ${subject}`);
      }
    }
    if (browser.tabs.length > 0) assert.equal(browser.world.pages.length, 1, `seed ${seed}`);
  }
});

function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
