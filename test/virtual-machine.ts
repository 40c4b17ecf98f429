/** What a virtual machine's network device does, without the machine: a process that holds a tap and speaks frames. */

/**
 * A script that makes a tap, asks by DHCP for an address and then by ARP for its gateway, each until it is answered, and
 * answers every UDP packet with itself. It prints `lease <address>/<mask> <gateway> <name server> <MTU>` and
 * `gateway <mac>`. Its arguments: the tap, and the machine's hardware address.
 */
export const virtualMachine = String.raw`#!/usr/bin/perl
use strict;
$| = 1;
my ($tap, $mac) = @ARGV;
open my $file, '+<', '/dev/net/tun' or die $!;
ioctl($file, 0x400454ca, pack('a16 s x22', $tap, 0x1002)) or die $!;
my $own = pack 'H12', join '', split /:/, $mac;
my $all = "\xff" x 6;
my $dotted = sub { join '.', unpack 'C4', shift };
my ($address, $gateway, $met);

# Type of message, then further options.
sub asks_dhcp {
  my $options = join '', map { pack 'C C/a', @$_ } [53, pack 'C', shift], @_;
  my $datagram = pack 'n4 C4 N x20 a16 x192 N a* C', 68, 67, 0, 0, 1, 1, 6, 0, 0x5eed, $own, 0x63825363, $options, 255;
  substr $datagram, 4, 2, pack 'n', length $datagram;
  my $head = pack 'C2 n3 C2 n a4 a4', 0x45, 0, 20 + length $datagram, 0, 0, 64, 17, 0, "\0" x 4, "\xff" x 4;
  my $sum = 0;
  $sum += $_ for unpack 'n*', $head;
  substr $head, 10, 2, pack 'n', ~($sum % 0xffff) & 0xffff;
  syswrite $file, pack 'a6 a6 n a*', $all, $own, 0x0800, $head . $datagram;
}
sub hears_dhcp {
  my ($offered, $options) = unpack 'x16 a4 x220 a*', shift;
  my %said;
  while ($options =~ s/^([^\xff])(?s:(.))//) { $said{ord $1} = substr $options, 0, ord $2, '' }
  return asks_dhcp(3, [50, $offered], [54, $said{54}]) if ord $said{53} == 2;
  return if ord $said{53} != 5 || defined $address;
  ($address, $gateway) = ($offered, $said{3});
  print 'lease ', $dotted->($offered), '/', join(' ', map { $dotted->($said{$_}) } 1, 3, 6), ' ', unpack('n', $said{26}), "\n";
}
sub asks_arp { syswrite $file, pack 'a6 a6 n n n C C n a6 a4 a6 a4', $all, $own, 0x0806, 1, 0x0800, 6, 4, 1, $own, $address, "\0" x 6, $gateway }

while (1) {
  my $ready = ''; vec($ready, fileno $file, 1) = 1;
  if (!select $ready, undef, undef, 0.1) { defined $address ? ($met or asks_arp()) : asks_dhcp(1); next }
  sysread $file, my $frame, 65536;
  my ($to, $from, $type, $packet) = unpack 'a6 a6 n a*', $frame;
  next unless $to eq $own || $to eq $all;
  if ($type == 0x0806 && unpack('x6 n', $packet) == 2 && !$met) { $met = 1; print "gateway ", join(':', unpack '(H2)6', $from), "\n" }
  next unless $type == 0x0800 && unpack('x9 C', $packet) == 17;
  my ($head, $source, $destination, $one, $other, $rest) = unpack 'a12 a4 a4 a2 a2 a*', $packet;
  if (unpack('n', $other) == 68) { hears_dhcp(substr $rest, 4) }
  elsif ($to eq $own) { syswrite $file, pack 'a6 a6 n a12 a4 a4 a2 a2 a*', $from, $to, $type, $head, $destination, $source, $other, $one, $rest }
}
`;

/** A command that sends a UDP packet and prints what comes back within a second; fails when nothing does. */
export const udpEcho = (address: string, port: number, text: string): readonly string[] => [
  "perl", "-MIO::Socket::INET", "-e",
  `my $s = IO::Socket::INET->new(PeerAddr => '${address}', PeerPort => ${port}, Proto => 'udp') or die; $s->send('${text}');
   my $r = ''; vec($r, fileno $s, 1) = 1; select($r, undef, undef, 1) or exit 1; $s->recv(my $got, 1000); print $got`,
];
