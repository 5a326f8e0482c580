export * from "../../../../../sdk/js/src/environment.js";
