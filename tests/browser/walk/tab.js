// Put into each tab of the agent: what can be pressed there now, and what the panel holds and shows.
window.tab = (() => {
  const PRESSABLE = 'button, [role="option"], [role="menuitem"]';
  const all = function* (root) {
    for (const item of root.querySelectorAll("*")) {
      yield item;
      if (item.shadowRoot) yield* all(item.shadowRoot);
    }
  };
  const deep = (name, root = document) => [...all(root)].find((item) => item.localName === name);
  const text = (item) => (item.getAttribute("aria-label") ?? item.textContent).replace(/\s+/g, " ").trim();
  const within = (item, outer) => {
    for (let at = item; at; at = at.parentNode ?? at.host) if (at === outer) return true;
    return false;
  };
  const source = () => deep("cb-panel")?.source;
  let found = [];
  let runs;
  return {
    /** Whether the agent is shown. */
    there: () => source()?.view?.profile !== undefined,
    /** Listens to what the panel asks for and to what it tells the agent. */
    attend() {
      const panel = source();
      runs = { under: 0, outcomes: [], said: [] };
      const run = panel.run.bind(panel);
      panel.run = async (service) => {
        runs.under += 1;
        const outcome = await run(service);
        runs.under -= 1;
        runs.outcomes.push([service.service, outcome.outcome, outcome.code ?? outcome.reason ?? ""]);
        return outcome;
      };
      panel.listen({ said: (words) => runs.said.push(words) });
    },
    runs: () => runs,
    /** Where the page stands, whether it is connected, and how much it waits for. */
    place() {
      const panel = source();
      return { online: panel.status.state === "online", seq: panel.stream?.seq ?? -1, under: runs.under, up: Object.values(panel.view.links ?? {}).every((link) => link.up) };
    },
    view: () => source().view,
    /** The names of all that can be pressed; what lies behind a dialog cannot. */
    buttons() {
      const items = [...all(document)];
      const dialog = items.find((item) => item.localName === "dialog" && item.open);
      found = items.filter(
        (item) =>
          item.matches(PRESSABLE) &&
          item.getAttribute("aria-disabled") !== "true" &&
          !item.disabled &&
          item.checkVisibility({ visibilityProperty: true }) &&
          (dialog === undefined || within(item, dialog)),
      );
      return found.map((item) => [text(item), item.getAttribute("role") ?? "button"]);
    },
    /** Where to click for one of them, with its name by now; null if it is gone or lies under something else. */
    spot(index) {
      const item = found[index];
      if (!item.isConnected) return null;
      item.scrollIntoView({ block: "nearest", inline: "nearest" });
      const box = item.getBoundingClientRect();
      const at = [box.left + box.width / 2, box.top + box.height / 2];
      let hit = document.elementFromPoint(...at);
      for (let inner = hit?.shadowRoot?.elementFromPoint(...at); inner && inner !== hit; inner = hit.shadowRoot?.elementFromPoint(...at)) hit = inner;
      return hit !== null && within(hit, item) ? [...at, text(item)] : null;
    },
    /** Whether a dialog is open. */
    asking: () => [...all(document)].some((item) => item.localName === "dialog" && item.open),
    /** What can be read: the agent's state, and of each contact its name, its phase and, unless it is folded, who is in it. */
    shown() {
      const panel = deep("cb-panel");
      const state = deep("cb-agent-state", panel.shadowRoot).shadowRoot;
      const word = (root, selector) => root.querySelector(selector)?.textContent.replace(/\s+/g, " ").trim() ?? "";
      return {
        state: word(state, ".word"),
        why: word(state, ".why:not(.faint)"),
        contacts: [...panel.shadowRoot.querySelectorAll("cb-contact")].map(({ folded, shadowRoot: card }) => ({
          folded,
          name: word(card, "h2"),
          phase: word(card, ".phase").replace(/\s*[\d:]+$/, ""),
          calls: [...card.querySelectorAll("cb-call")].map((call) => [...call.shadowRoot.querySelectorAll("li > span")].map((item) => item.textContent.replace(/\s+/g, " ").trim()).sort()),
        })),
      };
    },
  };
})();
