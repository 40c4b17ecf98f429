/** What a virtual machine's network device does, without the machine: a process that holds a tap and speaks frames. */

/**
 * A script that makes a tap, asks by ARP for the gateway until it is answered, prints `gateway <mac>` then, and answers
 * every UDP packet with itself. Its arguments: the tap, the machine's hardware address, its address, the gateway's.
 */
export const virtualMachine = `#!/usr/bin/perl
use strict;
$| = 1;
my ($tap, $mac, $ip, $gateway) = @ARGV;
open my $file, '+<', '/dev/net/tun' or die $!;
ioctl($file, 0x400454ca, pack('a16 s x22', $tap, 0x1002)) or die $!;
my $own = pack 'H12', join '', split /:/, $mac;
my @addresses = map { pack 'C4', split /\\./ } $ip, $gateway;
my $question = pack 'a6 a6 n n n C C n a6 a4 a6 a4', "\\xff" x 6, $own, 0x0806, 1, 0x0800, 6, 4, 1, $own, $addresses[0], "\\0" x 6, $addresses[1];
my $asked = 0;
while (1) {
  my $ready = ''; vec($ready, fileno $file, 1) = 1;
  if (!select $ready, undef, undef, 0.1) { syswrite $file, $question unless $asked; next }
  sysread $file, my $frame, 65536;
  my ($to, $from, $type, $packet) = unpack 'a6 a6 n a*', $frame;
  next unless $to eq $own;
  if ($type == 0x0806 && unpack('x6 n', $packet) == 2 && !$asked) { $asked = 1; print "gateway ", join(':', unpack '(H2)6', $from), "\\n" }
  next unless $type == 0x0800 && unpack('x9 C', $packet) == 17;
  my ($head, $source, $destination, $one, $other, $rest) = unpack 'a12 a4 a4 a2 a2 a*', $packet;
  syswrite $file, pack 'a6 a6 n a12 a4 a4 a2 a2 a*', $from, $to, $type, $head, $destination, $source, $other, $one, $rest;
}
`;

/** A command that sends a UDP packet and prints what comes back within a second; fails when nothing does. */
export const udpEcho = (address: string, port: number, text: string): readonly string[] => [
  "perl", "-MIO::Socket::INET", "-e",
  `my $s = IO::Socket::INET->new(PeerAddr => '${address}', PeerPort => ${port}, Proto => 'udp') or die; $s->send('${text}');
   my $r = ''; vec($r, fileno $s, 1) = 1; select($r, undef, undef, 1) or exit 1; $s->recv(my $got, 1000); print $got`,
];
