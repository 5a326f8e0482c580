export * from "../../../../../sdk/js/src/client.js";
