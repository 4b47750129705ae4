import type { Provider } from "../shared/provider.ts";
import { serve } from "../shared/serve.ts";
import { localCommand } from "./command.ts";
import { localRun } from "./run.ts";

const provider: Provider = {
  name: "command",
  checkConfig: () => [],
  configure: () => Promise.resolve(),
  resourceType: (token) => (token === "command:local:Command" ? localCommand : undefined),
  functionOf: (token) => (token === "command:local:run" ? localRun : undefined),
};

serve(provider);
