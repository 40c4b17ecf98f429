import type { Owned } from "../../../model/resource.ts";

/** The Amazon Resource Name of an EC2 resource; `type` as in `security-group`. */
export const arnOf = ({ account, region }: Owned, type: string, id: string): string =>
  `arn:aws:ec2:${region}:${account}:${type}/${id}`;
