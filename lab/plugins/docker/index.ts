import { serve } from "../shared/serve.ts";
import { dockerProvider } from "./docker.ts";

serve(dockerProvider());
