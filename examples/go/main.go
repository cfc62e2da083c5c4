package main

import (
	"fmt"

	"example.com/pulumi-lvs/sdk/go/lvs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		settings := config.New(ctx, "")
		director := func(name, host string) lvs.ClusterDirectorArgs {
			return lvs.ClusterDirectorArgs{
				Name: name, Host: pulumi.String(host), HostKey: pulumi.String(settings.Require(name)),
			}
		}
		var realServers []lvs.ClusterRealServerArgs
		for number := 1; number <= 3; number++ {
			name := fmt.Sprintf("rs%d", number)
			realServers = append(realServers, lvs.ClusterRealServerArgs{
				Name:    name,
				Host:    pulumi.Sprintf("10.128.190.%d", 248+number),
				HostKey: pulumi.String(settings.Require(name)),
				DemoPage: pulumi.Sprintf("RS%d\n", number),
			})
		}
		port, sched, method := 80, lvs.LvsSchedRr, lvs.LvsMethodDR
		web, err := lvs.NewLvsCluster(ctx, "web", &lvs.LvsClusterArgs{
			Connection: &lvs.ConnectionArgs{
				User: pulumi.String("root"), PrivateKey: settings.RequireSecret("privateKey"),
			},
			VrrpInstances: []lvs.VrrpInstanceArgs{{Interface: "eth0", VirtualRouterId: 62}},
			Directors: []lvs.ClusterDirectorArgs{
				director("ds1", "10.128.190.253"),
				director("ds2", "10.128.190.254"),
			},
			RealServers: realServers,
			VirtualServers: []lvs.VirtualServerArgs{{
				VirtualIp: pulumi.String("10.128.190.248"),
				Port:      &port,
				LvsSched:  &sched,
				LvsMethod: &method,
			}},
		})
		if err != nil {
			return err
		}
		ctx.Export("vip", web.Vip)
		ctx.Export("inventory", web.Inventory)
		return nil
	})
}
