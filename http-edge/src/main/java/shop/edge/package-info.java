/**
 * What every HTTP server of the shop does before it reads a body.
 */
package shop.edge;
