import assert from "node:assert/strict";
import { test } from "node:test";

import { duration } from "../../src/cordboard/web/page/parts/duration";
import { delay, returnAfter } from "../../sdk/js/src/backoff.js";
import { ServerClock } from "../../sdk/js/src/clock.js";
import { jsonText } from "../../sdk/js/src/text.js";

test("each wait lies in the upper half of a doubling bound", () => {
  for (const [failures, whole] of [[1, 250], [2, 500], [3, 1000], [7, 15_000], [500, 15_000]] as const) {
    assert.equal(delay(failures, 0), Math.round(whole / 2));
    assert.ok(delay(failures, 0.999999) <= whole);
  }
  assert.ok(delay(0, 0.5) > 0, "never at once");
});

test("close codes say whether to come back", () => {
  assert.equal(returnAfter(4000), "come-back");
  assert.equal(returnAfter(1006), "come-back");
  assert.equal(returnAfter(4102), "sign-in");
  assert.equal(returnAfter(4200), "stay-away");
  assert.equal(returnAfter(4299), "stay-away");
  assert.equal(returnAfter(4300), "come-back");
});

test("durations read as on a clock", () => {
  assert.equal(duration(-5), "0:00");
  assert.equal(duration(7_900), "0:07");
  assert.equal(duration(754_000), "12:34");
  assert.equal(duration(3_723_000), "1:02:03");
});

test("the server's clock is known best by the message that was the quickest", () => {
  let local = 1_000;
  const clock = new ServerClock(() => local);
  assert.equal(clock.now(), 1_000);
  clock.heard(5_900); // 100 ms under way
  local = 2_000;
  clock.heard(6_995); // 5 ms under way
  local = 3_000;
  clock.heard(7_500); // 500 ms under way
  assert.equal(clock.now(), 7_995);
  clock.doubt();
  assert.equal(clock.now(), 7_995, "the old guess is better than none");
  clock.heard(4_000);
  assert.equal(clock.now(), 4_000);
});

test("half a character is no text that others could read", () => {
  const told = { "a\ud83d": "b\udc00c", whole: "\u{1f600}", escaped: "\\ud83d \\\\ud83d \u0007\n" };
  const read = JSON.parse(jsonText(told)) as { [key: string]: string };
  assert.deepEqual(read, { "a\ufffd": "b\ufffdc", whole: told.whole, escaped: told.escaped });
});
