import { basename } from "node:path";

/** Under this name kubectl takes the program for its plugin `kubectl idle-timeout`. */
const KUBECTL_PLUGIN = "kubectl-idle_timeout";

/** How contributors call commands: each is an npm script of its own. */
const NPM = "npm run";

/**
 * Tells what a user types to call the program.
 *
 * @param script path that Node.js was started with, links not followed.
 */
export function calledAs(script: string): string {
  const name = basename(script);
  if (name.startsWith(KUBECTL_PLUGIN)) {
    return "kubectl idle-timeout";
  }
  return /\.(ts|mjs)$/.test(name) ? NPM : "istio-idle-timeout";
}

/** Tells what a user types to call a command of a program. */
export function callOf(program: string, command: string): string {
  // npm keeps options in front of `--` to itself.
  return program === NPM ? `${NPM} ${command} --` : `${program} ${command}`;
}
