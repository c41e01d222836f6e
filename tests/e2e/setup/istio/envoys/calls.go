package main

import (
	"regexp"
	"sort"
	"strings"

	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"

	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
	"istio.io/istio/pkg/test"
	"istio.io/istio/pkg/wellknown"
)

// call is a request of a client of the proxy, or of one that calls a gateway.
type call struct {
	Proxy   string            `json:"proxy"`
	Host    string            `json:"host"`
	Port    uint32            `json:"port"`
	Path    string            `json:"path"`
	Method  string            `json:"method"`
	Headers map[string]string `json:"headers"`
	TLS     bool              `json:"tls"` // with TLS, host being the server name; not terminated by the client's sidecar
}

// share is a destination of a route: the weight, or for a mirror the percentage.
type share struct {
	Cluster string  `json:"cluster"`
	Weight  float64 `json:"weight"`
}

// outcome is where a call ends, or a route.
type outcome struct {
	Config  string  `json:"config,omitempty"` // of a route: its configuration
	Host    string  `json:"host,omitempty"`   // and the name of its virtual host
	End     string  `json:"end"`              // http: at a route; tcp: at a tcp proxy; none: nothing takes it; answer: the route answers itself
	Route   string  `json:"route"`
	Service string  `json:"service"` // the VirtualService of the route, NAMESPACE/NAME; empty: Istio's default
	Index   int     `json:"index"`   // of the route in its virtual host
	Shares  []share `json:"shares"`
	Mirrors []share `json:"mirrors"`
}

// envoy is the configuration of one proxy.
type envoy struct {
	t         test.Failer
	peers     map[string]*peer
	listeners []*listener.Listener
	routes    map[string]*route.RouteConfiguration
	compiled  map[string]*regexp.Regexp
}

func newEnvoy(t test.Failer, mesh *core.ConfigGenTest, p *model.Proxy) *envoy {
	e := &envoy{t: t, peers: peersOf(t, mesh, p), listeners: mesh.Listeners(p), routes: map[string]*route.RouteConfiguration{},
		compiled: map[string]*regexp.Regexp{}}
	for _, r := range mesh.RoutesFromListeners(p, e.listeners) {
		e.routes[r.Name] = r
	}
	return e
}

// read unpacks the configuration of a filter.
func (e *envoy) read(f *listener.Filter, into proto.Message) bool {
	return f.GetTypedConfig() != nil && f.GetTypedConfig().UnmarshalTo(into) == nil
}

// chains are the filter chains of a port that may take the call, the first one first.
func (e *envoy) chains(c call) []*listener.FilterChain {
	var named, open []*listener.FilterChain
	for _, l := range e.listeners {
		if l.GetAddress().GetSocketAddress().GetPortValue() != c.Port || l.Name == "virtualInbound" {
			continue
		}
		for _, chain := range l.FilterChains {
			if !takes(chain, c) {
				continue
			}
			if serves(chain.FilterChainMatch.GetServerNames(), c.Host) {
				named = append(named, chain)
			} else if len(chain.FilterChainMatch.GetServerNames()) == 0 {
				open = append(open, chain)
			}
		}
		if l.DefaultFilterChain != nil {
			open = append(open, l.DefaultFilterChain)
		}
	}
	return append(named, open...)
}

// takes compares what a chain is for with whether the call is HTTP in plain text.
func takes(chain *listener.FilterChain, c call) bool {
	transport := chain.FilterChainMatch.GetTransportProtocol()
	if c.TLS {
		return transport != "raw_buffer" && (transport == "tls" || chain.TransportSocket != nil || !isHTTP(chain))
	}
	return transport != "tls" && chain.TransportSocket == nil && len(chain.FilterChainMatch.GetServerNames()) == 0
}

func isHTTP(chain *listener.FilterChain) bool {
	for _, f := range chain.Filters {
		if f.Name == wellknown.HTTPConnectionManager {
			return true
		}
	}
	return false
}

// serves compares server names, of which some may begin with "*.", with a host.
func serves(list []string, host string) bool {
	for _, name := range list {
		if name == host || (strings.HasPrefix(name, "*") && strings.HasSuffix(host, name[1:])) {
			return true
		}
	}
	return false
}

// call follows a call; HTTP chains come first, as with Envoy's HTTP inspector.
func (e *envoy) call(c call) *outcome {
	var raw *outcome
	for _, chain := range e.chains(c) {
		for _, f := range chain.Filters {
			manager, proxy := &hcm.HttpConnectionManager{}, &tcp.TcpProxy{}
			switch {
			case f.Name == wellknown.HTTPConnectionManager && e.read(f, manager):
				config := manager.GetRouteConfig()
				if config == nil {
					config = e.routes[manager.GetRds().GetRouteConfigName()]
				}
				if found := e.request(config, c); found != nil {
					return found
				}
			case f.Name == wellknown.TCPProxy && raw == nil && e.read(f, proxy):
				raw = &outcome{End: "tcp", Shares: tcpShares(proxy)}
			}
		}
	}
	if raw == nil {
		raw = &outcome{End: "none"}
	}
	return raw
}

func tcpShares(proxy *tcp.TcpProxy) []share {
	var out []share
	for _, w := range proxy.GetWeightedClusters().GetClusters() {
		out = append(out, share{w.Name, float64(w.Weight)})
	}
	if len(out) == 0 {
		out = []share{{proxy.GetCluster(), 1}}
	}
	return out
}

// request finds the route of a request; nil: no virtual host has its name, or it is the one for all other names.
func (e *envoy) request(config *route.RouteConfiguration, c call) *outcome {
	host := virtualHost(config, strings.ToLower(c.Host))
	if host == nil {
		return nil
	}
	for i, r := range host.Routes {
		if e.matches(r.Match, c) {
			return e.follow(r, i)
		}
	}
	return &outcome{End: "none"}
}

// virtualHost is the one with the most specific domain.
func virtualHost(config *route.RouteConfiguration, host string) *route.VirtualHost {
	var best *route.VirtualHost
	most := -1
	for _, v := range config.GetVirtualHosts() {
		for _, d := range v.Domains {
			d = strings.ToLower(d)
			how := -1
			if d == host {
				how = 1 << 20
			} else if strings.HasPrefix(d, "*") && len(host) >= len(d) && strings.HasSuffix(host, d[1:]) {
				how = len(d)
			}
			if how > most {
				best, most = v, how
			}
		}
	}
	return best
}

// all are the routes of all virtual hosts.
func (e *envoy) all() []*outcome {
	out := []*outcome{}
	for name, config := range e.routes {
		for _, host := range config.GetVirtualHosts() {
			for i, r := range host.Routes {
				one := e.follow(r, i)
				one.Config, one.Host = name, host.Name
				out = append(out, one)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Config < out[j].Config })
	return out
}

func (e *envoy) follow(r *route.Route, index int) *outcome {
	out := &outcome{End: "http", Route: r.Name, Service: service(r), Index: index}
	action := r.GetRoute()
	if action == nil {
		out.End = "answer"
		return out
	}
	for _, w := range action.GetWeightedClusters().GetClusters() {
		out.Shares = append(out.Shares, share{w.Name, float64(w.Weight.GetValue())})
	}
	if len(out.Shares) == 0 {
		out.Shares = []share{{action.GetCluster(), 1}}
	}
	for _, m := range action.RequestMirrorPolicies {
		part := m.RuntimeFraction.GetDefaultValue()
		per := map[string]float64{"HUNDRED": 1, "TEN_THOUSAND": 100, "MILLION": 10000}[part.GetDenominator().String()]
		out.Mirrors = append(out.Mirrors, share{m.Cluster, float64(part.GetNumerator()) / per})
	}
	return out
}

// service is the VirtualService that a route was made of: ".../namespaces/NAMESPACE/virtual-service/NAME".
func service(r *route.Route) string {
	text := r.GetMetadata().GetFilterMetadata()["istio"].GetFields()["config"].GetStringValue()
	parts := strings.Split(text, "/")
	if len(parts) < 4 {
		return ""
	}
	return parts[len(parts)-3] + "/" + parts[len(parts)-1]
}

// matches follows Envoy's route matching as far as Istio uses it for the scenes; what it does not know ends the test.
func (e *envoy) matches(m *route.RouteMatch, c call) bool {
	path, _, _ := strings.Cut(c.Path, "?")
	fold := func(s string) string {
		if m.CaseSensitive != nil && !m.CaseSensitive.Value {
			return strings.ToLower(s)
		}
		return s
	}
	switch p := m.PathSpecifier.(type) {
	case *route.RouteMatch_Prefix:
		if !strings.HasPrefix(fold(path), fold(p.Prefix)) {
			return false
		}
	case *route.RouteMatch_Path:
		if fold(path) != fold(p.Path) {
			return false
		}
	case *route.RouteMatch_SafeRegex:
		if !e.whole(p.SafeRegex.Regex, path) {
			return false
		}
	default:
		e.t.Fatalf("a path of an unknown kind: %T", p)
	}
	for _, h := range m.Headers {
		if !e.header(h, c) {
			return false
		}
	}
	if len(m.DynamicMetadata) > 0 {
		e.t.Fatal("a match of metadata")
	}
	return e.query(m.QueryParameters, c)
}

func (e *envoy) whole(regex, text string) bool {
	if e.compiled[regex] == nil {
		compiled, err := regexp.Compile("^(?:" + regex + ")$")
		if err != nil {
			e.t.Fatal(err)
		}
		e.compiled[regex] = compiled
	}
	return e.compiled[regex].MatchString(text)
}

func (e *envoy) header(h *route.HeaderMatcher, c call) bool {
	value, present := c.Headers[strings.ToLower(h.Name)]
	switch h.Name {
	case ":method":
		value, present = c.Method, true
	case ":authority":
		value, present = c.Host, true
	case ":scheme":
		value, present = "http", true
	}
	found := present
	if text := h.GetStringMatch(); text != nil {
		found = (present || h.TreatMissingHeaderAsEmpty) && e.text(text, value)
	}
	return found != h.InvertMatch
}

func (e *envoy) text(m *matcher.StringMatcher, value string) bool {
	switch p := m.MatchPattern.(type) {
	case *matcher.StringMatcher_Exact:
		return value == p.Exact
	case *matcher.StringMatcher_Prefix:
		return strings.HasPrefix(value, p.Prefix)
	case *matcher.StringMatcher_SafeRegex:
		return e.whole(p.SafeRegex.Regex, value)
	}
	e.t.Fatalf("a text match of an unknown kind: %T", m.MatchPattern)
	return false
}

func (e *envoy) query(wanted []*route.QueryParameterMatcher, c call) bool {
	_, text, _ := strings.Cut(c.Path, "?")
	for _, q := range wanted {
		found := false
		for _, pair := range strings.Split(text, "&") {
			name, value, _ := strings.Cut(pair, "=")
			found = found || (name == q.Name && (q.GetStringMatch() == nil || e.text(q.GetStringMatch(), value)))
		}
		if !found {
			return false
		}
	}
	return true
}
