import { KEY_GROUPS } from "../../../components/settings/configKey.ts";
import type { ConfigKey } from "../../../components/settings/configKey.ts";
import { CONFIG_KEYS } from "../../../components/settings/keys.ts";

const WIDTH = 118;

/** Renders the `config` section of Pulumi.yaml. */
export function projectSection(): string {
  return render("config:\n", (group) => `  # ${group}\n`, projectKey);
}

/** Renders the sections of docs/configuration.md. */
export function configurationPage(): string {
  return render("", (group) => `## ${group}\n\n`, pageKey).trimEnd() + "\n";
}

function render(
  head: string,
  title: (group: string) => string,
  block: (name: string, key: ConfigKey) => string,
): string {
  const groups = KEY_GROUPS.map((group) =>
    Object.entries<ConfigKey>(CONFIG_KEYS)
      .filter(([, key]) => key.group === group)
      .map(([name, key]) => block(name, key))
      .join(""),
  );
  return head + KEY_GROUPS.map((group, place) => title(group) + (groups[place] ?? "")).join("");
}

function projectKey(name: string, { default: value, description }: ConfigKey): string {
  const text = wrap(`${description}.`, WIDTH - 6).map((line) => `      ${line}\n`);
  const quoted = /^$|^\d+$|^true$/.test(value) ? `"${value}"` : value;
  return `  ${name}:\n    type: string\n    description: >-\n${text.join("")}    default: ${quoted}\n`;
}

function pageKey(name: string, { default: value, description, secret, type }: ConfigKey): string {
  const facts = `${type}${secret ? ", secret" : ""}, ${value === "" ? "no default" : `default \`${value}\``}`;
  return `### \`${name}\`\n\n_${facts}_\n\n${wrap(`${description}.`, WIDTH).join("\n")}\n\n`;
}

function wrap(text: string, width: number): string[] {
  return text.match(new RegExp(`\\S.{0,${width - 2}}\\S(?= |$)|\\S`, "g")) ?? [];
}
