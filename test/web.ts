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
