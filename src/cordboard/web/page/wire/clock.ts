export * from "../../../../../sdk/js/src/clock.js";
