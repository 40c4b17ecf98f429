/** A web server and a client of what every Debian has (perl-base, bash), as instances do not see this checkout's /tmp. */

/** A script that answers each request with "hello from" and its host's name. */
export const webServer = (address: string, port: number): string => `#!/usr/bin/perl
use IO::Socket::INET;
open my $file, '<', '/proc/sys/kernel/hostname' or die; chomp(my $name = <$file>);
my $server = IO::Socket::INET->new(LocalAddr => '${address}', LocalPort => ${port}, Listen => 16, ReuseAddr => 1) or die $@;
while (my $client = $server->accept) {
  while (defined(my $line = <$client>)) { last unless $line =~ /\\S/ }
  print $client "HTTP/1.0 200 OK\\r\\n\\r\\nhello from $name\\n";
  close $client;
}
`;

/** A command that prints the last line of what a web server answers within 1.5 seconds; fails when none does. */
export const webClient = (address: string, port = 80): readonly [string, ...string[]] => [
  "timeout", "1.5", "bash", "-c",
  `exec 3<>/dev/tcp/${address}/${port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && tail -n 1 <&3`,
];

/** A script that answers whoever connects to one of the ports with "NAME saw ADDRESS"; `first` is Perl that runs before. */
export const witness = (name: string, ports: readonly number[], first = ""): string => `#!/usr/bin/perl
use IO::Socket::INET; use IO::Select;
${first}
my $all = IO::Select->new(map { IO::Socket::INET->new(LocalPort => $_, Listen => 64, ReuseAddr => 1) or die $@ } ${ports.join(", ")});
while (my @ready = $all->can_read) {
  for (@ready) { my $client = $_->accept or next; print $client "${name} saw ", $client->peerhost, "\\n"; close $client }
}
`;

/**
 * A command that connects to all the places, ADDRESS:PORT, at once and prints what each says within the seconds, a line
 * for each place: "PLACE WORDS".
 */
export const asker = (seconds: number, places: readonly string[]): readonly [string, ...string[]] => ["perl", "-e", askerScript, String(seconds), ...places];
const askerScript = `
use IO::Socket::INET; use IO::Select; use Time::HiRes "time";
my $end = time + shift; my %place; my $all = IO::Select->new;
for (@ARGV) { my $to = IO::Socket::INET->new(PeerAddr => $_, Blocking => 0) or next; $place{$to} = $_; $all->add($to) }
while ($all->count && time < $end) {
  for my $from ($all->can_read($end - time)) {
    $from->blocking(1);
    my $said = <$from>;
    print "$place{$from} $said" if defined $said;
    $all->remove($from);
  }
}`;
