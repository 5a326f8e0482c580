// The little of Aura that the two components use: a component made of a controller and a helper, component events from the one
// inside to the handler of the one around it, an Apex method that answers.
globalThis.$A = {
  getCallback: (callback) => callback,
  enqueueAction: (action) => Promise.resolve().then(() => action.answered()),
};

/** `inside` and `around`: {controller, helper}; `configuration`: what the Apex controller says. */
globalThis.compose = (inside, around, configuration) => {
  const parent = {};
  const response = { getState: () => "SUCCESS", getReturnValue: () => configuration, getError: () => [] };
  const component = {
    isValid: () => true,
    get: (name) => {
      if (name !== "c.configuration") throw new Error(`no such attribute: ${name}`);
      return {
        setCallback(scope, callback) {
          this.answered = () => callback.call(scope, response);
        },
      };
    },
    getEvent: (name) => {
      if (name !== "socketMessage") throw new Error(`no such event: ${name}`);
      let params = {};
      const event = { getParams: () => params };
      return {
        setParams: (given) => (params = given),
        fire: () => around.controller.onMessage(parent, event, around.helper),
      };
    },
  };
  inside.controller.start(component, {}, inside.helper);
  return () => inside.controller.stop(component);
};
