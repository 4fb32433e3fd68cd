/**
 * What every HTTP server of the shop does before it reads a body, and the figures that services and functions have alike.
 */
package shop.edge;
