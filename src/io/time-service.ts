import { timeAddresses } from "../services/addresses.ts";
import { answerTime } from "../services/time.ts";
import { systemTime } from "./libc.ts";
import { serveDatagrams, type ServiceKind } from "./router-services.ts";

/** NTP from the host's clock. */
export const timeService: ServiceKind = {
  name: "time",
  open: (router) =>
    serveDatagrams(router, 123, timeAddresses, (message, from, reply) => {
      const received = systemTime();
      const answer = router.asker(from.address) && answerTime(message, received, systemTime);
      if (answer) reply(answer);
    }),
};
