import net from "node:net";
import { pipeline } from "node:stream";
import { activationAddresses } from "../services/addresses.ts";
import { openCrowd } from "./crowd.ts";
import { type Router, serveConnections, type ServiceKind, type ServiceSettings } from "./router-services.ts";

const port = 1688;
const connectionsPerInterface = 4;
const idleMs = 30_000;

/** Passes connections on to the activation server of the settings. Without one nothing listens, and they are refused. */
export const activationService: ServiceKind = {
  name: "activation",
  open: (router) => {
    const { activation } = router.settings;
    return serveConnections(router, port, activation ? activationAddresses : [], () => relayTo(router, activation));
  },
};

function relayTo(router: Router, server: ServiceSettings["activation"]): net.Server {
  const crowd = openCrowd(connectionsPerInterface);
  return net.createServer({ allowHalfOpen: true }, (client) => {
    const asking = router.asker(client.remoteAddress ?? "");
    if (!server || !asking || !crowd.admit(asking.id, client)) {
      client.resetAndDestroy();
      return;
    }
    const far = net.connect({ ...server, allowHalfOpen: true });
    for (const [one, other] of [[client, far], [far, client]] as const) {
      one.setTimeout(idleMs, () => one.destroy());
      // Whatever goes wrong with one end is the end of both.
      pipeline(one, other, () => undefined);
    }
  });
}
