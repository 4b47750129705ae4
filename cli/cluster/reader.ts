import { askJson } from "./kubectl.ts";
import type { Kubectl } from "./kubectl.ts";

/**
 * Reads from a cluster, and asks it equal questions once: everybody gets the same answer, which nobody may change, or
 * the same error. It is made for one look, because it never asks again.
 */
export class Reader {
  private readonly answers = new Map<string, Promise<unknown>>();

  /** @param kubectl whose namespace and context hold where a question names none. */
  constructor(private readonly kubectl: Kubectl) {}

  /**
   * Answer of a kubectl command that writes JSON.
   *
   * @throws KubectlError as `askJson` does.
   */
  json(args: readonly string[]): Promise<unknown> {
    return this.once(args, () => askJson(this.kubectl, args));
  }

  /**
   * Answer of any other kubectl command.
   *
   * @throws KubectlError
   */
  text(args: readonly string[]): Promise<string> {
    return this.once(args, () => this.kubectl(args)) as Promise<string>;
  }

  private once(args: readonly string[], ask: () => Promise<unknown>): Promise<unknown> {
    const key = JSON.stringify(args);
    const answer = this.answers.get(key) ?? ask();
    this.answers.set(key, answer);
    return answer;
  }
}
