import { optional } from "../../cli/command/option.ts";
import { DEFAULT_ENVOY, ENVOY_LIST, parseEnvoy } from "../build/envoys.ts";
import { checkName, DEFAULT_LAB } from "../base/labName.ts";

/** Option of every command that works on one lab. */
export const labOption = {
  name: optional(
    "NAME",
    `which lab, where several run side by side (default: ${DEFAULT_LAB})`,
    (text) => {
      checkName(text);
      return text;
    },
  ),
};

/** Option of the command that begins a lab. */
export const proxyOption = {
  proxy: optional(
    "VERSION",
    `Envoy of the lab's sidecars, which report the release of Istio that ships it: ${ENVOY_LIST} ` +
      `(default: the one that the lab has, or ${DEFAULT_ENVOY})`,
    parseEnvoy,
  ),
};
