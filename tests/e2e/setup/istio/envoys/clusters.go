package main

import (
	"strings"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	wrapper "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/proxy_protocol/v3"
	tls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	http "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"

	networking "istio.io/api/networking/v1alpha3"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pilot/pkg/networking/util"
	"istio.io/istio/pilot/pkg/xds/endpoints"
	"istio.io/istio/pkg/test"
)

// peer is a cluster as a proxy calls it.
type peer struct {
	TLS       string         `json:"tls"`       // of the transport socket: plain, SIMPLE, MUTUAL, ISTIO_MUTUAL; auto: by endpoint
	SNI       string         `json:"sni"`       // empty: none
	AutoSNI   bool           `json:"autoSni"`   // from the Host header of the request
	Rule      string         `json:"rule"`      // the DestinationRule that applies, NAMESPACE/NAME
	Mode      string         `json:"mode"`      // the tls mode of that rule for the port and subset; empty: it sets none
	Fields    []string       `json:"fields"`    // what else the rule sets for the port and subset
	Endpoints map[string]int `json:"endpoints"` // how many expect the certificate of the mesh (mtls), how many do not (plain)
}

// kind reads the transport socket of a cluster.
func kind(t test.Failer, c *cluster.Cluster, out *peer) {
	out.TLS = "plain"
	if len(c.TransportSocketMatches) > 0 {
		out.TLS = "auto"
	}
	if c.TransportSocket == nil {
		return
	}
	socket, wrapped := c.TransportSocket, &wrapper.ProxyProtocolUpstreamTransport{}
	if socket.GetTypedConfig().UnmarshalTo(wrapped) == nil {
		socket = wrapped.TransportSocket
	}
	context := &tls.UpstreamTlsContext{}
	if err := socket.GetTypedConfig().UnmarshalTo(context); err != nil {
		out.TLS = "plain" // a raw buffer
		return
	}
	secrets := context.CommonTlsContext.GetTlsCertificateSdsSecretConfigs()
	switch {
	case len(secrets) == 0:
		out.TLS = "SIMPLE"
	case secrets[0].Name == "default":
		out.TLS = "ISTIO_MUTUAL"
	default:
		out.TLS = "MUTUAL"
	}
	out.SNI = context.Sni
	if options := c.TypedExtensionProtocolOptions["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"]; options != nil {
		read := &http.HttpProtocolOptions{}
		if err := options.UnmarshalTo(read); err != nil {
			t.Fatal(err)
		}
		out.AutoSNI = read.GetUpstreamHttpProtocolOptions().GetAutoSni()
	}
}

// rule asks Istio which DestinationRule applies and which tls mode it has for the port and subset.
func rule(mesh *core.ConfigGenTest, p *model.Proxy, name string, out *peer) {
	_, subset, hostname, port := model.ParseSubsetKey(name)
	found := p.SidecarScope.DestinationRuleConfig(model.TrafficDirectionOutbound, p, hostname)
	if found == nil {
		return
	}
	spec := found.Spec.(*networking.DestinationRule)
	out.Rule = found.Namespace + "/" + found.Name
	policy, _ := util.GetPortLevelTrafficPolicy(spec.TrafficPolicy, &model.Port{Port: port})
	for _, s := range spec.Subsets {
		if s.Name == subset && subset != "" {
			policy = util.MergeSubsetTrafficPolicy(spec.TrafficPolicy, s.TrafficPolicy, &model.Port{Port: port})
		}
	}
	if policy.GetTls() != nil {
		out.Mode = policy.GetTls().Mode.String()
	}
	for name, set := range map[string]bool{
		"connectionPool": policy.GetConnectionPool() != nil, "outlierDetection": policy.GetOutlierDetection() != nil,
		"loadBalancer": policy.GetLoadBalancer() != nil, "tunnel": policy.GetTunnel() != nil,
		"proxyProtocol": policy.GetProxyProtocol() != nil, "consistentHash": policy.GetLoadBalancer().GetConsistentHash() != nil,
	} {
		if set {
			out.Fields = append(out.Fields, name)
		}
	}
}

// members counts the endpoints of a cluster by the label that chooses their transport socket.
func members(mesh *core.ConfigGenTest, p *model.Proxy, c *cluster.Cluster, out *peer) {
	assigned := c.LoadAssignment
	if c.GetType() == cluster.Cluster_EDS {
		builder := endpoints.NewEndpointBuilder(c.Name, p, mesh.PushContext())
		assigned = builder.BuildClusterLoadAssignment(mesh.Env().EndpointIndex)
	}
	out.Endpoints = map[string]int{}
	for _, locality := range assigned.GetEndpoints() {
		for _, e := range locality.LbEndpoints {
			fields := e.GetMetadata().GetFilterMetadata()["envoy.transport_socket_match"].GetFields()
			if fields[model.TLSModeLabelShortname].GetStringValue() == model.IstioMutualTLSModeLabel {
				out.Endpoints["mtls"]++
			} else {
				out.Endpoints["plain"]++
			}
		}
	}
}

// peersOf are the outbound clusters of services.
func peersOf(t test.Failer, mesh *core.ConfigGenTest, p *model.Proxy) map[string]*peer {
	out := map[string]*peer{}
	for _, c := range mesh.Clusters(p) {
		if !strings.HasPrefix(c.Name, "outbound|") {
			continue
		}
		one := &peer{}
		kind(t, c, one)
		rule(mesh, p, c.Name, one)
		members(mesh, p, c, one)
		out[c.Name] = one
	}
	return out
}
