import type { SubnetCidrReservation as ReservationView } from "@aws-sdk/client-ec2";
import { makeReservation } from "../../model/subnet-reservation.ts";
import type { SubnetReservation } from "../../model/subnet-reservation.ts";
import { listed, put, remove } from "../../model/world.ts";
import { cidrOf, covers, formatCidr, overlaps, parseCidr } from "../../values/ip.ts";
import { isRefusal, refuse } from "../../values/refuse.ts";
import { parseFilters } from "../filters.ts";
import type { Filters } from "../filters.ts";
import { operation } from "../operation.ts";
import { pageOf, parsePageRequest } from "../pages.ts";
import { parseTagSpecifications, tagList } from "../tags.ts";
import { subnetBlocks } from "./blocks.ts";
import { ageKey } from "./describe.ts";
import { locate } from "./lookup.ts";
import { invalidValue, oneOf } from "./parameter.ts";

const view = ({ id, subnet, cidr, type, account, description, tags }: SubnetReservation): ReservationView => ({
  SubnetCidrReservationId: id,
  SubnetId: subnet,
  Cidr: cidr,
  ReservationType: type,
  OwnerId: account,
  Description: description,
  Tags: tagList(tags),
});

/** Reserves a block of a subnet that no other reservation touches. Addresses in use stay so. */
export const createSubnetCidrReservation = operation({
  name: "CreateSubnetCidrReservation",
  run(world, input, call) {
    const { SubnetId = "", Cidr = "", ReservationType = "", Description } = input;
    const type = oneOf("reservationType", ReservationType, ["prefix", "explicit"]);
    if (isRefusal(type)) return type;
    const cidr = parseCidr(Cidr);
    if (!cidr) return invalidValue("cidr", Cidr, "This is not a valid CIDR block.");
    const tags = parseTagSpecifications(input.TagSpecifications, ["subnet-cidr-reservation"]);
    if (isRefusal(tags)) return tags;
    const subnet = locate(world, call, "subnet", SubnetId);
    if (isRefusal(subnet)) return subnet;
    const blocks = subnetBlocks(subnet).filter(({ family }) => family === cidr.family);
    if (!blocks.some((block) => covers(block, cidr))) {
      const own = blocks.map(formatCidr).join(", ");
      return refuse("InvalidParameterValue", `Reservation CIDR should be within subnet CIDR block (${own})`);
    }
    if (listed(world, "reservationsOfSubnet", subnet.id).some((other) => overlaps(cidrOf(other.cidr), cidr))) {
      return refuse("InvalidParameterValue", `Reservation CIDR ${Cidr} has overlap with existing reserved CIDR block`);
    }
    const plan = { cidr: formatCidr(cidr), type, ...(Description !== undefined && { description: Description }) };
    const reservation = makeReservation(call, subnet, plan, tags["subnet-cidr-reservation"] ?? {});
    return { changes: [put(reservation)], output: { SubnetCidrReservation: view(reservation) } };
  },
});

export const deleteSubnetCidrReservation = operation({
  name: "DeleteSubnetCidrReservation",
  run(world, { SubnetCidrReservationId = "" }, call) {
    const reservation = locate(world, call, "subnet-cidr-reservation", SubnetCidrReservationId);
    if (isRefusal(reservation)) return reservation;
    return { changes: [remove(reservation)], output: { DeletedSubnetCidrReservation: view(reservation) } };
  },
});

const filters: Filters<ReservationView> = {
  reservationType: (reservation) => [reservation.ReservationType],
  "subnet-id": (reservation) => [reservation.SubnetId],
};

export const getSubnetCidrReservations = operation({
  name: "GetSubnetCidrReservations",
  run(world, { SubnetId = "", ...request }, call) {
    const asked = parsePageRequest(request, [5, 1000], "subnet reservations");
    if (isRefusal(asked)) return asked;
    const passes = parseFilters(filters, request.Filters);
    if (isRefusal(passes)) return passes;
    const subnet = locate(world, call, "subnet", SubnetId);
    if (isRefusal(subnet)) return subnet;
    const all = [...listed(world, "reservationsOfSubnet", subnet.id).values()].filter((reservation) => passes(view(reservation)));
    const { items, next } = pageOf(all, ageKey, asked, "subnet reservations");
    const ofFamily = (family: 4 | 6) => items.filter(({ cidr }) => cidrOf(cidr).family === family).map(view);
    return { output: { SubnetIpv4CidrReservations: ofFamily(4), SubnetIpv6CidrReservations: ofFamily(6), NextToken: next } };
  },
});
